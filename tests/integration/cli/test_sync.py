"""Reading what changed: per location, with what came of it and why it didn't."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from cli.pulling.invoicing import Invoicing
from config import clock
from models import Order, StreamCursor
from models.readings import readings
from models.session import unit_of_work
from tasks import ring, sync
from tasks.pull import Counts
from tests.busy import busy_once
from tests.integration.cli.typed import run, started, typed
from tests.integration.tasks.asked import cursors
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.usefixtures("database")

BULK = "/orders/v2/ordersBulk"
STREAMS = ("orders", "menus", "stock", "configuration", "cash", "availability")


@pytest.fixture
def shop(name: str) -> Iterator[Shop]:
    with open_shop(name=name) as opened:
        yield opened


@contextmanager
def failing(shop: Shop, **fault: Any) -> Iterator[None]:
    rule = {"route": BULK, "kind": "status", **fault}
    requests.post(f"{shop.till.url}/control/faults", json=[rule], timeout=5)
    try:
        yield
    finally:
        requests.delete(f"{shop.till.url}/control/faults", timeout=5)


def states(shop: Shop) -> dict[str, str]:
    with unit_of_work() as session:
        rows = session.execute(
            select(Order.external_id, Order.invoice_state).where(
                Order.connection_id == shop.connection_id
            )
        )
        return {row.external_id: row.invoice_state for row in rows}


def test_rows_are_told_by_stream_and_location(shop: Shop, name: str) -> None:
    said = typed("sync", name, "--json")
    assert said.code == 0, said.err
    answer = said.document
    assert answer["status"] == "done"
    places = {each["location"] for each in answer["streams"]}
    assert len(places) == 2
    told = {(each["stream"], each["location"]) for each in answer["streams"]}
    assert told == {(stream, place) for stream in STREAMS for place in places}
    orders = [each["rows_written"] for each in answer["streams"] if each["stream"] == "orders"]
    assert sum(orders) == len(states(shop)) > 0
    assert answer["rows_written"] == sum(each["rows_written"] for each in answer["streams"])
    assert "due" not in states(shop).values()
    assert "issued" in states(shop).values()


def test_only_what_changed_is_read_again(shop: Shop, name: str) -> None:
    typed("sync", name)
    # Readings overlap and leave out the last minute: what was rung up before that is due.
    at = (clock.now() - timedelta(minutes=35)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    with unit_of_work() as session:
        for cursor in session.query(StreamCursor).filter_by(connection_id=shop.connection_id):
            cursor.resume = {"v": 1, "mark": at} if cursor.stream == "orders" else cursor.resume
    made = requests.post(
        f"{shop.till.url}/control/orders", json={"at": at, "webhooks": False}, timeout=5
    ).json()["guids"]
    said = typed("sync", name, "--stream", "orders", "--json").document
    assert said["rows_written"] == 1
    assert states(shop)[made[0]] == "issued"


def test_a_refusal_is_a_failure_with_reason_and_next_step(shop: Shop, name: str) -> None:
    with failing(shop, status=403):
        said = typed("sync", name, "--json")
    assert said.code == 1
    assert said.document["status"] == "failed"
    failed = [each for each in said.document["streams"] if each["status"] == "failed"]
    assert {(each["stream"], each["error_code"]) for each in failed} == {
        ("orders", "toast.not_granted")
    }
    assert "In Toast Web" in said.err


def test_what_is_not_granted_and_no_sale_is_left_out_and_said(shop: Shop, name: str) -> None:
    with failing(shop, route="/menus", status=403):
        said = typed("sync", name, "--json")
        checked = typed("check", name, "--json")
        alone = typed("sync", name, "--stream", "menus", "--json")
    assert said.code == 0, said.err
    assert said.document["status"] == "done"
    states_of = {(each["stream"], each["status"]) for each in said.document["streams"]}
    assert states_of == {
        (stream, "left out" if stream == "menus" else "done") for stream in STREAMS
    }
    assert said.err.count("menus left out: Toast doesn't let these credentials read") == 1
    assert "the scope menus:read" in said.err
    # The same where a person looks for it later; and no success when it was all that was asked for.
    assert checked.document.get("ok") is True, checked
    assert any("the scope menus:read" in each for each in checked.document["warnings"])
    assert (alone.code, alone.document["status"]) == (1, "left out")
    assert typed("sync", name, "--stream", "menus", "--json").document["status"] == "done"
    assert typed("check", name, "--json").document["warnings"] == []


def test_one_location_that_fails_holds_up_no_other(shop: Shop, name: str) -> None:
    with failing(shop, status=403, times=1):
        said = typed("sync", name, "--json")
    assert said.code == 1
    orders = [each for each in said.document["streams"] if each["stream"] == "orders"]
    assert sorted(each["status"] for each in orders) == ["done", "failed"]


def test_without_workers_nothing_is_said_to_be_tried_by_itself(shop: Shop, name: str) -> None:
    with failing(shop, status=503):
        said = typed("sync", name)
    assert said.code == 3
    assert "No worker is up: it is tried again when one is. 'taxpoynt up'" in said.err
    with failing(shop, status=403):
        assert "No worker is up" not in typed("sync", name).err


def test_a_limit_parks_it(shop: Shop, name: str) -> None:
    later = {"Retry-After": str(int(time.time()) + 3000)}
    with failing(shop, status=429, headers=later):
        said = typed("sync", name, "--stream", "orders", "--json")
    assert said.code == 3
    assert said.document["status"] == "waiting"
    assert {each["error_code"] for each in said.document["streams"]} == {"toast.limited"}


def test_a_database_that_is_busy_for_a_moment_is_outlasted(shop: Shop, name: str) -> None:
    with busy_once("orders"):
        said = typed("sync", name, "--stream", "orders", "--json")
    assert said.code == 0, said.err
    assert "The database is busy" in said.err
    assert said.document["status"] == "done"
    assert said.document["rows_written"] == len(states(shop)) > 0


def test_a_stream_there_is_none_of_is_wrong_use(shop: Shop, name: str) -> None:
    said = typed("sync", name, "--stream", "deals")
    assert said.code == 2
    assert "It has: orders" in said.err
    assert typed("sync", name, "--stream", "orders").code == 0


def test_without_workers_not_waiting_parks_it(shop: Shop, name: str) -> None:
    said = typed("sync", name, "--no-wait", "--json")
    assert (said.code, said.document["status"]) == (3, "waiting")
    assert states(shop) == {}


def test_another_readers_end_is_waited_for(shop: Shop, name: str) -> None:
    with unit_of_work() as session:
        for cursor in session.query(StreamCursor).filter_by(connection_id=shop.connection_id):
            cursor.leased_until = clock.now() + timedelta(minutes=5)
    with started("sync", name, "--json") as process:
        assert process.stderr is not None
        assert "waiting for another reader" in process.stderr.readline()
        with unit_of_work() as session:
            for cursor in session.query(StreamCursor).filter_by(connection_id=shop.connection_id):
                cursor.leased_until = None
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert states(shop)


def test_a_process_answers_one_document(shop: Shop, name: str) -> None:
    said = run("sync", name, "--json")
    assert said.code == 0, said.err
    orders = [each for each in said.document["streams"] if each["stream"] == "orders"]
    assert sum(each["rows_written"] for each in orders) == len(states(shop)) > 0


def signalled_later(cursor_id: int) -> None:
    """A stream's next slice waits in a busy queue: it is due later, by the clock."""
    with ring.inline(lambda *_: None):
        sync.due()
    with unit_of_work() as session:
        assert session.get_one(StreamCursor, cursor_id).next_due_at > clock.now()


def over(shop: Shop) -> list[bool]:
    with unit_of_work() as session:
        found = readings(session, shop.connection_id, "orders", 0, clock.now())
        return sorted(each.over for each in found)


def test_a_reader_that_made_room_is_not_done(shop: Shop, name: str) -> None:
    assert typed("sync", name).code == 0
    with unit_of_work() as session:
        cursor = session.get_one(StreamCursor, cursors(shop)[0])
        cursor.resume = cursor.watermark = None
    assert over(shop) == [True, True]
    made_room = sync.run(cursor.id, budget_s=-1)
    assert made_room is not None
    assert made_room.more
    assert over(shop) == [False, True]
    signalled_later(cursor.id)
    assert over(shop) == [False, True]
    sync.run(cursor.id)
    assert over(shop) == [True, True]
    # Due again it has still been read.
    with unit_of_work() as session:
        for each in session.query(StreamCursor).filter_by(connection_id=shop.connection_id):
            each.next_due_at = clock.now() - timedelta(minutes=1)
    assert over(shop) == [True, True]


def test_an_interrupted_reader_is_not_done(shop: Shop) -> None:
    with unit_of_work() as session:
        cursor = session.get_one(StreamCursor, cursors(shop)[0])

    def interrupt(_: Counts) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync.run(cursor.id, report=interrupt)
    signalled_later(cursor.id)
    assert over(shop) == [False, False]


def test_invoices_still_owed_are_told_as_a_count(shop: Shop) -> None:
    with ring.inline(lambda *_: None):
        for cursor_id in cursors(shop):
            sync.run(cursor_id)
    owed = list(states(shop).values()).count("due")
    seen: list[object] = []
    Invoicing(shop.connection_id, seen.append).settle()
    # Whoever counts how long nothing moves must not take two ways of telling for a change.
    assert seen == [owed]
    assert "due" not in states(shop).values()
