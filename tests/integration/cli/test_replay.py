"""Deliveries that failed: listed with their reason, put back in line, and what becomes of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from config.errors import SkippedRecord
from models import InboxEvent, Order, inbox
from models.session import unit_of_work
from tasks import handle
from tests.integration.cli.helping import helping
from tests.integration.cli.typed import run, typed
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(name: str) -> Iterator[Shop]:
    with open_shop(name=name) as opened:
        yield opened


def parked(shop: Shop, count: int = 1) -> list[int]:
    """Good deliveries that were set aside for a reason since mended."""
    shop.take_in(shop.messages(count))
    ids = ids_of(shop)
    reason = SkippedRecord("test.reason", "It came too early.", next_step="Replay it.")
    with unit_of_work() as session:
        for each in ids:
            inbox.park(session, each, reason)
    return ids


def unreadable(shop: Shop) -> int:
    """A delivery that can't be understood, however often it is tried."""
    message = replace(shop.messages(1)[0], guid="f" * 32, body=b"{")
    shop.take_in([message])
    handle.drain(shop.connection_id)
    return ids_of(shop)[-1]


def ids_of(shop: Shop) -> list[int]:
    with unit_of_work() as session:
        rows = session.query(InboxEvent.id).filter_by(connection_id=shop.connection_id)
        return [row.id for row in rows.order_by(InboxEvent.id)]


def orders(shop: Shop) -> int:
    with unit_of_work() as session:
        return session.query(Order).filter_by(connection_id=shop.connection_id).count()


def test_failed_ones_are_listed_with_their_reason(shop: Shop, name: str) -> None:
    failed = parked(shop)
    shop.take_in([replace(shop.messages(2)[1], guid="e" * 32)])
    found = typed("events", name, "--failed", "--json").document["items"]
    assert [each["id"] for each in found] == failed
    assert (found[0]["error"], found[0]["next_step"]) == ("It came too early.", "Replay it.")
    assert len(typed("events", name, "--json").document["items"]) == 2


def test_a_replayed_one_is_applied(shop: Shop) -> None:
    ids = parked(shop, 2)
    said = typed("replay", *map(str, ids), "--json")
    assert said.code == 0, said.err
    assert [(each["id"], each["state"]) for each in said.document["items"]] == [
        (each, "done") for each in ids
    ]
    assert all(each["received_at"] < each["replayed_at"] for each in said.document["items"])
    assert all(each["replayed_at"] <= each["handled_at"] for each in said.document["items"])
    assert all(each["attempts"] == 1 for each in said.document["items"])
    assert orders(shop) == 2


def test_all_that_failed_on_a_connection_are_replayed(shop: Shop, name: str) -> None:
    ids = parked(shop, 3)
    said = typed("replay", "--failed", name, "--json")
    assert said.code == 0, said.err
    assert [each["id"] for each in said.document["items"]] == ids
    again = typed("replay", "--failed", name)
    assert again.code == 0
    assert "nothing to replay" in again.out


def test_one_that_fails_again_says_why(shop: Shop) -> None:
    said = typed("replay", str(unreadable(shop)), "--json")
    assert said.code == 1
    found = said.document["items"][0]
    assert (found["state"], found["error_code"]) == ("parked", "toast.event_unreadable")


def test_one_that_must_wait_is_parked(shop: Shop) -> None:
    # Without its checks a delivery only points at the order, which is fetched then.
    message = shop.messages(1)[0]
    thin = replace(message, body=message.body.replace(b'"modifiedDate":"', b'"was":"'))
    assert thin.body != message.body
    shop.take_in([thin])
    faults = f"{shop.till.url}/control/faults"
    requests.post(faults, json=[{"route": "/orders", "kind": "status"}], timeout=5)
    said = typed("replay", str(ids_of(shop)[0]), "--json")
    requests.delete(faults, timeout=5)
    assert said.code == 3, said.err
    found = said.document["items"][0]
    assert (found["state"], found["error_code"]) == ("pending", "toast.unavailable")


def test_an_unknown_id_replays_none(shop: Shop) -> None:
    ids = parked(shop)
    said = typed("replay", str(ids[0]), "987654", "--json")
    assert said.code == 1
    assert "987654" in said.document["error"]["sentence"]
    assert shop.states()["parked"] >= 1
    assert orders(shop) == 0


def test_neither_ids_nor_a_connection_is_wrong_use(shop: Shop) -> None:
    assert typed("replay").code == 2
    assert typed("replay", "1", "--failed", "till").code == 2


def test_a_process_answers_one_document(shop: Shop) -> None:
    said = run("replay", *map(str, parked(shop)), "--json")
    assert said.code == 0, said.err
    assert [each["state"] for each in said.document["items"]] == ["done"]


def test_workers_do_it_when_some_are_up(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ids = parked(shop)
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with helping(log, "toast.events", "handle.events") as worker:
        said = typed("replay", *map(str, ids), "--json")
        assert said.code == 0, said.err
        assert worker.says("deliveries handled")
