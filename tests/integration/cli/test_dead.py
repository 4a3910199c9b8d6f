"""Messages that no worker could work on: listed, sent again, dismissed."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from dashboard.api.schemas import DeadMessageSchema
from models import DeadMessage
from models.session import unit_of_work
from tasks import dead, fitness, ring, sweep
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.integration.cli.typed import typed

UNKNOWN = fitness.Unfit("task.unknown", "Nobody knows it.", next_step="Deploy.")


@pytest.fixture(autouse=True)
def queues(database: str) -> Iterator[Ground]:
    """A broker that nobody listens to."""
    with ground() as made:
        dead._client.cache_clear()
        yield made
    dead._client.cache_clear()
    with unit_of_work() as session:
        session.execute(delete(DeadMessage))


def set_aside(*raws: bytes) -> list[int]:
    for each in raws:
        dead.set_aside("upkeep", each, UNKNOWN, "some.task")
    assert sweep.dead() == len(raws)
    return [each["id"] for each in typed("dead", "--json").document["items"]][::-1]


def test_they_are_listed_with_their_reason() -> None:
    set_aside(raw(message("moon.rise")), b"\x00garbage")
    found = typed("dead", "--json").document["items"]
    assert [each["error_code"] for each in found] == ["task.unknown"] * 2
    assert set(found[0]) == set(DeadMessageSchema().fields)
    assert "Nobody knows it." in typed("dead").out


def test_the_same_one_again_is_counted() -> None:
    set_aside(*(raw(message("moon.rise")) for _ in range(3)), raw(message("moon.set", {"a": 1})))
    found = typed("dead", "--json").document["items"]
    assert sorted(each["times"] for each in found) == [1, 3]


def test_one_is_sent_again_once_workers_know_it() -> None:
    asked = {"connection_id": 1, "platform": "toast"}
    [one] = set_aside(raw(message("isolate.events", asked)))
    sent: list[tuple[str, dict[str, object]]] = []
    with ring.inline(lambda name, kwargs: sent.append((name, kwargs))):
        said = typed("dead", "retry", str(one), "--json")
    assert said.code == 0, said.err
    assert [each["state"] for each in said.document["items"]] == ["retried"]
    assert sent == [("isolate.events", {"connection_id": 1, "platform": "toast"})]
    assert typed("dead", "--json").document["items"] == []
    assert len(typed("dead", "list", "--state", "retried", "--json").document["items"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (raw(message("moon.rise")), "task.unknown"),
        (raw(message(kwargs={"moon": 1})), "task.arguments"),
        (b"garbage", "message.garbled"),
        (raw(message(kwargs={"moon": "x" * 100_000})), "message.too_large"),
    ],
)
def test_one_that_is_still_refused_says_why(body: bytes, code: str) -> None:
    set_aside(body)
    with ring.inline(lambda name, _: pytest.fail(name)):
        said = typed("dead", "retry", "--all", "--json")
    assert said.code == 1
    [item] = said.document["items"]
    assert (item["state"], item["error_code"]) == ("waiting", code)
    assert typed("dead", "--json").document["items"][0]["error_code"] == code


def test_they_are_dismissed() -> None:
    set_aside(b"one", b"two")
    assert typed("dead", "dismiss", "--all").code == 0
    assert typed("dead", "--json").document["items"] == []
    assert "None waits" in typed("dead", "dismiss", "--all").out


def test_an_unknown_one_stops_all() -> None:
    [one] = set_aside(b"one")
    assert typed("dead", "dismiss", str(one), "999999").code == 1
    assert len(typed("dead", "--json").document["items"]) == 1
    assert typed("dead", "retry").code == 2


def test_what_redis_cant_take_waits_in_memory(queues: Ground) -> None:
    queues.redis.set(dead.LIST, "no list")
    dead.set_aside("upkeep", b"kept", UNKNOWN)
    queues.redis.delete(dead.LIST)
    assert sweep.dead() == 1
    with unit_of_work() as session:
        assert session.query(DeadMessage).one().body == b"kept"


OURS = {
    **{"id": "1", "queue": "upkeep", "task": None, "body": "", "size": 0, "error_code": "a.b"},
    **{"error": "", "next_step": "", "worker": "w", "seen_at": "2026-11-01T12:00:00+00:00"},
}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (b"\xff\x00nothing of ours", "message.garbled"),
        (b"[" * 100_000, "message.garbled"),
        (b"[1]", "message.garbled"),
        ({"queue": 1}, "message.garbled"),
        ({"size": "many"}, "message.garbled"),
        ({"size": 10**30}, "message.garbled"),
        ({"seen_at": "2026-11-01T12:00:00"}, "message.garbled"),
        # Of another release.
        ({"more": "than this one knows"}, "a.b"),
        ({"error_code": "a\x00b", "worker": "\x00"}, "a\ufffdb"),
    ],
)
def test_what_others_wrote_there_becomes_a_row_too(
    queues: Ground, entry: bytes | dict[str, object], code: str
) -> None:
    raw = entry if isinstance(entry, bytes) else json.dumps({**OURS, **entry}).encode()
    queues.redis.lpush(dead.LIST, raw)
    assert sweep.dead() == 1
    [row] = typed("dead", "--json").document["items"]
    assert row["error_code"] == code
