"""The checker itself: planted differences are found, each as what it is, and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import psycopg2
import pytest
import redis

from tasks import handle, invoice, ring
from tests.deliveries import delivery
from tests.faults import queues
from tests.faults.broker.ground import ground
from tests.faults.checker import look, owed
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant

_ORDERS = 6


@pytest.fixture
def rows(database: str) -> Callable[..., list[tuple[Any, ...]]]:
    def found(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with (
            psycopg2.connect(database.replace("+psycopg2", "")) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    return found


@pytest.fixture
def books(rows: Callable[..., list[tuple[Any, ...]]]) -> tuple[Merchant, History]:
    """Six orders of two versions each, accepted, applied and invoiced."""
    at = merchant(f"checked {len(rows('SELECT 1 FROM connections'))}")
    history = History()
    with ring.inline(lambda *_: None):
        for version in (0, 1):
            for number in range(_ORDERS):
                one = delivery(number, version, at.restaurant)
                at.take_in(one)
                history.note(one, "202")
        handle.drain(at.connection_id)
        invoice.orders(connection_id=at.connection_id)
        invoice.past(connection_id=at.connection_id, platform="toast")
    assert owed(rows, at.connection_id) == 0
    return at, history


def test_books_that_are_right_have_no_findings(books: Any, rows: Any) -> None:
    at, history = books
    assert not look(rows, history, at.connection_id)


# An issued invoice can't be changed by any statement of ours: damage goes past the triggers.
_PAST_TRIGGERS = "SET session_replication_role = replica; "


@pytest.mark.parametrize(
    ("damage", "counts"),
    [
        ("DELETE FROM inbox_events WHERE id = {event}", {"lost": 1}),
        ("UPDATE inbox_events SET state = 'pending' WHERE id = {event}", {"lost": 1}),
        ("UPDATE inbox_events SET state = 'parked' WHERE id = {event}", {"lost": 1, "wrong": 1}),
        ("DELETE FROM order_lines WHERE order_id = {order}", {"wrong": 1}),
        (
            "UPDATE order_lines SET order_id = {order} WHERE order_id = {order} - 1",
            {"doubled": 1, "wrong": 1},
        ),
        # Of any but the last number, so that the numbers have a gap.
        ("DELETE FROM invoices WHERE id = {invoice} - 1", {"lost": 1, "wrong": 1}),
        ("UPDATE invoices SET total = total + 1 WHERE order_id = {order}", {"wrong": 3}),
        ("UPDATE invoice_lines SET net = 0 WHERE invoice_id = {invoice}", {"wrong": 1}),
        (
            "UPDATE orders SET invoice_state = 'changed after issue' WHERE id = {order}",
            {"wrong": 1},
        ),
    ],
)
def test_planted_damage_is_found_as_what_it_is(
    books: Any, rows: Any, damage: str, counts: dict[str, int]
) -> None:
    at, history = books
    newest = (
        "SELECT (SELECT max(id) FROM orders WHERE connection_id = c.id),"
        " (SELECT max(id) FROM inbox_events WHERE connection_id = c.id),"
        " (SELECT max(id) FROM invoices WHERE connection_id = c.id)"
        " FROM connections c WHERE id = %s"
    )
    ((order, event, invoice_id),) = rows(newest, at.connection_id)
    rows(_PAST_TRIGGERS + damage.format(order=order, event=event, invoice=invoice_id))
    found = look(rows, history, at.connection_id)
    assert {name: n for name, n in found.counts().items() if n} == counts, found


def test_an_older_version_is_stale_and_what_nobody_sent_is_wrong(books: Any, rows: Any) -> None:
    at, history = books
    newer = delivery(0, 7, at.restaurant)
    history.note(newer, "202")
    at.take_in(newer)
    rows("UPDATE inbox_events SET state = 'done' WHERE delivery_id = %s", newer.event)
    forged = delivery(_ORDERS, 0, at.restaurant, good=False)
    history.note(forged, "401")
    at.take_in(forged)
    rows("UPDATE inbox_events SET state = 'done' WHERE delivery_id = %s", forged.event)
    counts = look(rows, history, at.connection_id).counts()
    assert counts == {"lost": 0, "doubled": 0, "stale": 1, "wrong": 1}


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """One on which nobody works."""
    with ground() as made:
        yield made.redis


@pytest.mark.parametrize("queue", ["toast.events", "upkeep", "celery"])
def test_a_message_that_nobody_takes_is_found(
    books: Any, rows: Any, broker: redis.Redis, queue: str
) -> None:
    at, history = books
    broker.lpush(queue, b"one", b"two")
    found = look(rows, history, at.connection_id, queues.untaken(broker, patience_s=0.2))
    assert found.lost == [f"2 messages are left in {queue}, and nobody takes them"]
    assert found.counts() == {"lost": 1, "doubled": 0, "stale": 0, "wrong": 0}


def test_a_message_that_was_taken_and_never_acknowledged_is_found(broker: redis.Redis) -> None:
    broker.hset(queues.UNACKED, "a tag", "a message")
    assert queues.untaken(broker, patience_s=0.2) == {queues.UNACKED: 1}


def test_messages_that_are_taken_while_others_come_are_no_finding() -> None:
    class Timetable(Mock):
        """Its queue is never empty, and never holds the same for long."""

        rung = 0

        def lrange(self, name: str, *_: int) -> list[bytes]:
            self.rung += 1
            return [b"ring %d" % self.rung] if name == "upkeep" else []

    assert queues.untaken(Timetable(hkeys=lambda _: [])) == {}
