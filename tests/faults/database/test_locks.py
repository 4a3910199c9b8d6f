"""Others are in the way: a row that is held, a deadlock, a serialization failure."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.busy import busy
from tests.deliveries import delivery, storm
from tests.faults.at_work import AtWork
from tests.faults.checker import owed
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.waiting import until


@contextmanager
def _held(work: AtWork, order: str) -> Iterator[None]:
    """Somebody holds the row of an order until the body ends."""
    with work.installation.statements() as run:
        run("BEGIN")
        assert run("SELECT 1 FROM orders WHERE external_id = %s FOR UPDATE", order)
        yield
        run("ROLLBACK")


def test_a_row_that_is_held_long_is_given_up_and_tried_again_while_others_go_on(
    work: AtWork,
) -> None:
    at, beside = merchant("holds a row"), merchant("beside it")
    history, others = History(), History()
    platform, other = work.platform(at, history), work.platform(beside, others)
    first, second = (delivery(0, version, at.restaurant) for version in (0, 1))
    assert platform.deliver(first) == 202
    until(lambda: owed(work.installation.rows, at.connection_id) == 0, what="its invoice")
    with _held(work, first.order):
        assert platform.deliver(second) == 202
        blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: work.installation.one(blocked) > 0, what="the drain to wait")
        # The door, another order of the merchant's and another merchant's are none the slower.
        assert platform.deliver(delivery(1, 0, at.restaurant)) == 202
        for number in range(10):
            assert other.deliver(delivery(number, 0, beside.restaurant)) == 202
        work.settled(beside, others)
        done = "SELECT count(*) FROM orders WHERE connection_id = %s"
        until(lambda: work.installation.one(done, at.connection_id) == 2, what="the other order")
        held = "SELECT error_code FROM inbox_events WHERE delivery_id = %s"
        until(
            lambda: work.installation.one(held, second.event) == "order.held",
            what="it to be left for later",
        )
    work.settled(at, history)
    assert set(history.statuses) | set(others.statuses) == {"202"}


def _given_up(work: AtWork) -> int:
    return work.worker.log.read_text().count("database.busy")


@pytest.mark.parametrize(
    ("table", "code"),
    [("orders", "40001"), ("invoices", "40P01"), ("inbox_events", "40001")],
)
def test_whoever_is_undone_for_others_tries_again_and_nothing_is_lost(
    work: AtWork, table: str, code: str
) -> None:
    at, history = merchant(f"undone in {table}"), History()
    sent = storm(20, 2, at.restaurant, random.Random(table))
    with busy(table, times=3, code=code):
        with work.platform(at, history).delivering(sent):
            pass
        work.settled(at, history)
        assert work.installation.one("SELECT last_value FROM busy") > 3
    assert ("503" in history.statuses) is (table == "inbox_events")


def test_a_parked_record_is_tried_again_until_nobody_is_in_the_way(work: AtWork) -> None:
    at, one = merchant("undone in a retry"), delivery(0, 0, "of a pull")
    order = json.loads(one.body)["details"]["order"]
    ((record,),) = work.installation.rows(
        "INSERT INTO parked_records (organization_id, connection_id, stream, external_id,"
        " location_external_id, body, error_code, error, next_step)"
        " VALUES (%s, %s, 'orders', %s, %s, %s, 'old', 'Old.', 'Old.') RETURNING id",
        *(at.organization_id, at.connection_id, one.order, at.restaurant),
        json.dumps(order).encode(),
    )
    given_up_before = _given_up(work)
    with busy("orders", times=2):
        asked = ("retry", str(record), "--organization", "undone in a retry")
        command = work.installation.taxpoynt(*asked, name="retry")
        until(lambda: not command.alive, what="the retry", timeout_s=60)
    assert command.code == 0, command.log.read_text()
    assert _given_up(work) > given_up_before
    booked = "SELECT external_id FROM orders WHERE connection_id = %s"
    assert work.installation.one(booked, at.connection_id) == one.order
