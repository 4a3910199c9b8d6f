"""Transactions that meet: none waits for another that may come to wait for it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import clock
from config.errors import SkippedRecord
from connectors import platforms
from connectors.base.contract import Listing, Record
from models import Connection, StreamCursor, connections, inbox, lease
from models.readings import readings
from models.session import DatabaseBusyError, unit_of_work
from rules.records import LocationRecord
from tasks import apply, backfill, connect, reach, refetch, sites, sync
from tests.busy import busy_once
from tests.integration.tasks.altered import thin_one
from tests.integration.tasks.asked import ask, connection, cursors, deliveries, one
from tests.integration.tasks.reading import cursor_row, planned, runs_of
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

_REASON = SkippedRecord("odd", "It is odd.")


@contextmanager
def _beside(session: Session, call: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Another's call that has come to wait for this session; it goes on when the body ends."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(call)
        until(lambda: _waits() or other.done(), what="the other to wait")
        assert not other.done()
        yield other
        session.commit()


def _waits() -> bool:
    query = "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
    return bool(ask(query))


def test_connecting_again_does_not_wait_for_a_streams_reader(shop: Shop) -> None:
    with unit_of_work() as reader:
        assert lease.take(reader, StreamCursor, cursors(shop)[0], clock.now())
        # The reader's next step is the connection, which is being stored.
        connect.connect(shop.organization_id, "toast", connection(shop).name, shop.config)


def test_settings_that_are_stored_hold_up_no_delivery(shop: Shop) -> None:
    (message,) = shop.messages(1)
    row = connection(shop)
    with unit_of_work() as session:
        connections.store(session, shop.organization_id, "toast", row.name, row.settings, {})
        shop.take_in([message])
        session.rollback()
    assert len(deliveries(shop)) == 1


def test_two_that_park_the_same_records_take_them_in_one_order(shop: Shop) -> None:
    first, second = (Record("orders", guid, b"{}", "p") for guid in ("a", "b"))

    def park(*records: Record) -> None:
        with unit_of_work() as session:
            row = session.get_one(Connection, shop.connection_id)
            apply.park(session, row, [(each, _REASON) for each in records])

    park(first, second)
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        apply.park(session, row, [(first, _REASON)])
        with _beside(session, lambda: park(second, first)) as other:
            apply.park(session, row, [(second, _REASON)])
    assert other.result() is None


def test_what_one_reader_understands_and_another_refuses_stops_neither(shop: Shop) -> None:
    first, second = _records(shop)

    def read(session: Session, *records: Record) -> Callable[[], None]:
        row = session.get_one(Connection, shop.connection_id)
        applied = apply.apply(session, row, reach.connector(row), [(r, "c") for r in records])
        return partial(apply.park, session, row, applied.parked)

    def read_whole(*records: Record) -> None:
        with unit_of_work() as session:
            read(session, *records)()

    read_whole(_unreadable(first), _unreadable(second))
    with unit_of_work() as session:
        park = read(session, _unreadable(first), second)
        with _beside(session, lambda: read_whole(first, _unreadable(second))) as other:
            park()
    assert other.result() is None
    kept = ask(
        "SELECT external_id FROM parked_records WHERE connection_id = :c", c=shop.connection_id
    )
    assert [row.external_id for row in kept] == [second.id]


def test_a_batch_that_is_refused_holds_no_order_that_others_wait_for(shop: Shop) -> None:
    late, early = sorted(_records(shop), key=lambda each: each.id, reverse=True)
    _apply(shop, late, early)
    spoiled = Record("orders", "spoiled", _too_large(late), late.location)
    touch = "UPDATE orders SET source = 'held' WHERE external_id = :e AND connection_id = :c"
    with unit_of_work() as session:
        hold = partial(session.execute, text(touch))
        hold({"e": early.id, "c": shop.connection_id})
        with _beside(session, lambda: _apply(shop, late, early, spoiled)) as other:
            hold({"e": late.id, "c": shop.connection_id})
    (refused,) = other.result().parked
    assert (refused[0].id, refused[1].code) == ("spoiled", "record.refused")


def _records(shop: Shop) -> list[Record]:
    """Two orders of the till as a pull brings them."""
    held = shop.till.platform.book.all()[:2]
    return [Record("orders", h.guid, bytes(h.body()), h.restaurant.guid) for h in held]


def _unreadable(record: Record) -> Record:
    body = {**json.loads(record.raw), "openedDate": "lately"}
    return replace(record, raw=json.dumps(body).encode())


def _too_large(record: Record) -> bytes:
    line = {"guid": "l", "quantity": 1, "price": 999_999_999_999}
    body = {**json.loads(record.raw), "guid": "spoiled"}
    # Each is an amount; a hundred and fifty of them are more than a column holds.
    return json.dumps({**body, "checks": [{"guid": "c", "selections": [line] * 150}]}).encode()


def _apply(shop: Shop, *records: Record) -> apply.Applied:
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        return apply.apply(session, row, reach.connector(row), [(r, "c") for r in records])


def test_a_delivery_that_was_settled_meanwhile_is_not_settled_again(shop: Shop) -> None:
    (message,) = shop.messages(1)
    shop.take_in([thin_one(message)])
    (event,) = deliveries(shop)
    with unit_of_work() as session:
        inbox.settle(session, {event.id: None})
        with _beside(session, lambda: refetch.complete(shop.connection_id, [event.id])):
            pass
    (settled,) = deliveries(shop)
    assert (settled.state, settled.attempts, settled.record_external_id) == ("done", 1, None)


def test_a_delivery_that_is_replayed_while_old_ones_are_forgotten_stays(shop: Shop) -> None:
    (message,) = shop.messages(1)
    shop.take_in([message])
    (event,) = deliveries(shop)

    def prune() -> int:
        with unit_of_work() as session:
            return inbox.prune(session, clock.now() + timedelta(days=1), 1000)

    # What other tests have applied goes first.
    prune()
    with unit_of_work() as session:
        inbox.settle(session, {event.id: None})
    with unit_of_work() as session:
        inbox.replay(session, shop.organization_id, [event.id], clock.now())
        with _beside(session, prune) as other:
            pass
    assert other.result() == 0
    assert [row.state for row in deliveries(shop)] == ["pending"]


def test_a_slice_that_ends_while_its_run_is_planned_holds_no_connection(shop: Shop) -> None:
    slice_id = planned(shop)
    run_id = one("SELECT run_id FROM sync_slices WHERE id = :s", s=slice_id).run_id
    stored, locked = Event(), Event()

    def report(_: object) -> None:
        stored.set()
        assert locked.wait(30)

    with ThreadPoolExecutor(1) as pool, unit_of_work() as session:
        reader = pool.submit(backfill.read, slice_id, report)
        assert stored.wait(30)
        session.execute(text("SELECT 1 FROM sync_runs WHERE id = :r FOR UPDATE"), {"r": run_id})
        locked.set()
        until(_waits, what="the reader to wait for its run")
        ask("SELECT 1 FROM connections WHERE id = :c FOR UPDATE NOWAIT", c=shop.connection_id)
        session.commit()
        assert reader.result()
    assert one("SELECT status FROM sync_slices WHERE id = :s", s=slice_id).status == "done"


def test_a_busy_database_is_no_failure_of_the_platform(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    before = connection(shop)
    with busy_once("orders"):
        held_up = sync.run(cursor_id)
        assert held_up is not None
        assert isinstance(held_up.fault, DatabaseBusyError)
        assert connection(shop) == before
        left = cursor_row(cursor_id)
        assert (left.leased_until, left.failures) == (None, 1)
        assert left.next_due_at < clock.now() + timedelta(seconds=10)
        (run,) = runs_of(cursor_id)
        assert (run.status, run.error_code) == ("waiting", "database.busy")
        done = sync.run(cursor_id)
    assert done is not None
    assert done.counts.written > 0
    assert cursor_row(cursor_id).failures == 0


def test_a_stream_that_the_database_stopped_is_over_only_after_many_times(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]

    def over() -> list[bool]:
        with unit_of_work() as session:
            found = readings(session, shop.connection_id, None, 0, clock.now())
            return [each.over for each in found if each.cursor_id == cursor_id]

    with busy_once("orders"):
        sync.run(cursor_id)
    assert over() == [False]
    ask("UPDATE cursors SET failures = 5 WHERE id = :c", c=cursor_id)
    assert over() == [True]


def test_a_location_that_is_named_twice_is_one(shop: Shop) -> None:
    site = LocationRecord("twice", "Twice", "Africa/Lagos", "NGN", 4)
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        sites.keep(session, row, Listing([site, site], {}))
    made = "SELECT 1 FROM cursors WHERE connection_id = :c AND location_external_id = 'twice'"
    assert len(ask(made, c=shop.connection_id)) == len(platforms()["toast"].streams)
