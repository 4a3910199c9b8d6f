"""One token for all, two logins an hour, and limits that hold up nobody else."""

from datetime import timedelta
from typing import Any

import pytest
import redis

from config import clock
from config.settings import settings
from connectors.base import http
from models import cache
from tasks import sync
from tests.integration.tasks.asked import connection, control, cursors_of, one, state
from tests.scenarios.toast.conftest import named, quiet
from tests.scenarios.toast.kitchen import Kitchen, open_kitchen, restaurant

STREAMS = ("orders", "menus", "stock", "configuration", "cash", "availability")


def _logins(kitchen: Kitchen) -> int:
    return int(state(kitchen)["logins"])


def test_one_token_reads_every_stream_of_every_place(database: str) -> None:
    places = [restaurant(f"Site {n}") for n in range(5)]
    with quiet(), open_kitchen(*places, name=named()) as kitchen:
        kitchen.read(*STREAMS)
        kitchen.read(*STREAMS)
        assert _logins(kitchen) == 1
        sealed = one("SELECT tokens FROM connections WHERE id = :c", c=kitchen.connection_id)
        assert b"accessToken" not in bytes(sealed.tokens)


def test_a_refused_token_is_renewed_once_and_the_call_made_again(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    control(kitchen, "tokens", method="DELETE")
    kitchen.read()
    assert f"{kitchen.order(guid).total:.2f}" == "11.00"
    assert _logins(kitchen) == 2


def test_a_token_that_is_refused_twice_needs_somebody(kitchen: Kitchen) -> None:
    control(kitchen, "faults", [{"route": "/orders", "kind": "status", "status": 401}])
    (cursor_id,) = cursors_of(kitchen, "orders")
    pull = sync.run(cursor_id)
    assert pull is not None
    assert pull.fault is not None
    row = connection(kitchen)
    assert (row.status, row.status_code) == ("needs attention", "toast.token_refused")
    assert row.next_step


def test_a_login_that_is_limited_is_waited_for(kitchen: Kitchen) -> None:
    control(kitchen, "tokens", method="DELETE")
    headers = {"Retry-After": "20"}
    limited = {"route": "/authentication", "kind": "status", "status": 429, "headers": headers}
    control(kitchen, "faults", [limited])
    (cursor_id,) = cursors_of(kitchen, "orders")
    with clock.frozen(clock.now()):
        pull = sync.run(cursor_id)
        assert pull is not None
        assert pull.fault is not None
        assert pull.fault.code == "toast.limited"
        due = one("SELECT next_due_at FROM cursors WHERE id = :c", c=cursor_id).next_due_at
        assert timedelta(seconds=19) <= due - clock.now() <= timedelta(seconds=26)


@pytest.mark.parametrize(
    ("kind", "stream", "beside"),
    [("ENDPOINT", "menus", "stock"), ("API", "stock", "menus"), ("GLOBAL", "stock", None)],
)
def test_a_full_slice_shuts_what_it_is_of_at_that_place_alone(
    database: str, monkeypatch: pytest.MonkeyPatch, kind: str, stream: str, beside: str | None
) -> None:
    def asleep(seconds: float) -> None:
        raise AssertionError(f"a worker slept for {seconds} s")

    with (
        quiet_workers(monkeypatch),
        open_kitchen(restaurant("Here"), restaurant("There"), name=named()) as kitchen,
    ):
        monkeypatch.setattr(http.time, "sleep", asleep)
        # Of a slice of a second; how long to leave it alone is said apart.
        reset = int(clock.now().timestamp()) + 1
        headers = {
            "Retry-After": "40",
            "X-Toast-RateLimit-By": kind,
            "X-Toast-RateLimit-Remaining": "0",
            "X-Toast-RateLimit-Reset": str(reset),
        }
        route = {"menus": "/menus/v2/menus", "stock": "/stock"}[stream]
        fault = {"route": route, "kind": "status", "status": 429, "headers": headers, "times": 1}
        control(kitchen, "faults", [fault])
        here, there = cursors_of(kitchen, stream)
        codes = [_fault(here), _fault(here), _fault(there)]
        assert codes == ["toast.limited", "budget.used_up", None]
        if beside is not None:
            assert _fault(cursors_of(kitchen, beside)[0]) is None
        else:
            assert _fault(cursors_of(kitchen, "menus")[0]) == "budget.used_up"
        assert connection(kitchen).status == "connected"


def quiet_workers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Signals go nowhere, and readers hurry as a worker's do."""
    monkeypatch.setattr("tasks.ring.works_inline", lambda: False)
    return quiet()


def _fault(cursor_id: int) -> str | None:
    pull = sync.run(cursor_id)
    assert pull is not None
    return None if pull.fault is None else pull.fault.code


def test_limits_are_sliced_by_the_platforms_clock(kitchen: Kitchen) -> None:
    control(kitchen, "clock", {"offset_s": 600})
    kitchen.read("stock")
    with redis.Redis.from_url(settings().redis()) as client:
        keys = [key.decode() for key in client.scan_iter("budget:*stock_api:*")]
    ahead = (clock.now() + timedelta(minutes=9)).timestamp()
    slices = [int(key.rpartition(":")[2]) for key in keys if key.endswith(tuple("0123456789"))]
    assert any(number >= ahead for number in slices)


def test_without_a_cache_the_answers_are_the_same(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitchen.read("menus", "configuration")
    place = one("SELECT id FROM locations WHERE connection_id = :c", c=kitchen.connection_id).id
    cached = kitchen.api(f"menus/{place}")

    class Nowhere:
        def redis(self) -> str:
            return "redis://127.0.0.1:1/0"

    cache.forget()
    monkeypatch.setattr(cache, "settings", Nowhere)
    assert kitchen.api(f"menus/{place}") == cached
    monkeypatch.undo()
    cache.forget()
