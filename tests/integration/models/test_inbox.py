from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from config import clock
from config.errors import SkippedRecord, TransientError
from models import Connection, InboxEvent, inbox, inbox_standing
from models.session import unit_of_work
from tests.factories import connected

pytestmark = pytest.mark.usefixtures("database")

_numbers = count(1)
_FAULT = SkippedRecord("till.odd", "It is odd.", next_step="Look at it.")


@pytest.fixture
def connection(database: str) -> Connection:
    return connected()


def _event(connection: Connection, delivery_id: str | None = None, **facts: Any) -> inbox.NewEvent:
    plain: dict[str, Any] = {
        "organization_id": connection.organization_id,
        "connection_id": connection.id,
        "delivery_id": delivery_id or f"d{next(_numbers)}",
        "event_type": "order_updated",
        "headers": {"user-agent": "till"},
        "body": b"\x00\xff{}",
        "correlation_id": "c",
    }
    return inbox.NewEvent(**{**plain, **facts})


def _accept(*events: inbox.NewEvent) -> list[bool]:
    with unit_of_work() as session:
        return [inbox.accept(session, event) for event in events]


def _waiting(connection: Connection, now: datetime | None = None, limit: int = 100) -> list[int]:
    with unit_of_work() as session:
        return [e.id for e in inbox.claim(session, connection.id, now or clock.now(), limit)]


def _rows(connection: Connection) -> Sequence[Any]:
    with unit_of_work() as session:
        return session.execute(
            text("SELECT * FROM inbox_events WHERE connection_id = :c ORDER BY id"),
            {"c": connection.id},
        ).all()


def test_a_delivery_is_stored_raw_and_once(connection: Connection) -> None:
    event = _event(connection)
    assert _accept(event, event) == [True, False]
    (row,) = _rows(connection)
    assert bytes(row.body) == b"\x00\xff{}"
    assert (row.state, row.attempts, row.headers) == ("pending", 0, {"user-agent": "till"})
    assert row.organization_id == connection.organization_id


def test_of_many_at_once_exactly_one_is_told_that_it_was_first(connection: Connection) -> None:
    senders = 16
    gate = Barrier(senders)
    event = _event(connection)

    def send(_: int) -> bool:
        gate.wait()
        return _accept(event)[0]

    with ThreadPoolExecutor(senders) as pool:
        assert sum(pool.map(send, range(senders))) == 1
    assert len(_rows(connection)) == 1


def test_the_same_name_at_another_connection_is_another_delivery(connection: Connection) -> None:
    other = connected()
    assert _accept(_event(connection, "same"), _event(other, "same")) == [True, True]


def test_deliveries_are_claimed_oldest_first_up_to_the_limit(connection: Connection) -> None:
    _accept(*(_event(connection) for _ in range(5)))
    ids = [row.id for row in _rows(connection)]
    assert _waiting(connection, limit=3) == ids[:3]


def test_what_one_worker_holds_another_passes_over(connection: Connection) -> None:
    _accept(*(_event(connection) for _ in range(4)))
    ids = [row.id for row in _rows(connection)]
    with unit_of_work() as session:
        held = inbox.claim(session, connection.id, clock.now(), 3)
        assert [event.id for event in held] == ids[:3]
        assert _waiting(connection) == ids[3:]
    assert _waiting(connection) == ids


def test_a_worker_that_fails_leaves_its_claim_to_the_next(connection: Connection) -> None:
    _accept(_event(connection))
    with pytest.raises(ZeroDivisionError), unit_of_work() as session:  # noqa: PT012 - one unit
        (event,) = inbox.claim(session, connection.id, clock.now(), 1)
        inbox.settle(session, {event.id: str(1 // 0)})
    assert len(_waiting(connection)) == 1


def test_a_settled_delivery_is_done_and_names_its_record(connection: Connection) -> None:
    _accept(_event(connection), _event(connection))
    one, two = _waiting(connection)
    with unit_of_work() as session:
        inbox.settle(session, {one: "order-1", two: None})
        inbox.settle(session, {})
    assert [(r.state, r.record_external_id, r.attempts) for r in _rows(connection)] == [
        ("done", "order-1", 1),
        ("done", None, 1),
    ]
    assert all(row.handled_at is not None for row in _rows(connection))
    assert _waiting(connection) == []


def test_a_parked_delivery_says_why_and_what_to_do(connection: Connection) -> None:
    _accept(_event(connection), _event(connection))
    one, two = _waiting(connection)
    with unit_of_work() as session:
        inbox.park(session, one, _FAULT)
        inbox.park(session, two, SkippedRecord("x", "NUL \x00 and half \ud800."))
    first, second = _rows(connection)
    assert (first.state, first.error_code, first.error) == ("parked", "till.odd", "It is odd.")
    assert first.next_step == "Look at it."
    assert second.error == "NUL \ufffd and half \ufffd."
    assert second.next_step
    assert _waiting(connection) == []


def test_a_delivery_that_waits_for_a_platform_is_never_given_up(connection: Connection) -> None:
    _accept(_event(connection))
    now = clock.now()
    for _ in range(inbox.MAX_ATTEMPTS * 3):
        with unit_of_work() as session:
            (event,) = inbox.claim(session, connection.id, now, 1)
            inbox.postpone(session, event, TransientError("till.away", "The till is away."), now)
        (row,) = _rows(connection)
        assert row.state == "pending"
        assert row.next_attempt_at - now <= timedelta(minutes=15)
        now = row.next_attempt_at


def test_a_postponed_delivery_waits_longer_each_time_and_is_parked_in_the_end(
    connection: Connection,
) -> None:
    _accept(_event(connection))
    now, waits = clock.now(), []
    fault = SkippedRecord("location.unknown", "Nobody knows the location.")
    for _ in range(inbox.MAX_ATTEMPTS):
        with unit_of_work() as session:
            (event,) = inbox.claim(session, connection.id, now, 1)
            inbox.postpone(session, event, fault, now)
        (row,) = _rows(connection)
        assert row.error == "Nobody knows the location."
        if row.state == "parked":
            break
        waits.append((row.next_attempt_at - now).total_seconds())
        assert _waiting(connection, now) == []
        now = row.next_attempt_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert (row.state, row.attempts) == ("parked", inbox.MAX_ATTEMPTS)


def test_a_replayed_delivery_starts_afresh_and_only_its_owner_can_replay_it(
    connection: Connection,
) -> None:
    _accept(_event(connection))
    (event_id,) = _waiting(connection)
    with unit_of_work() as session:
        inbox.park(session, event_id, _FAULT)
    other = connected()
    with unit_of_work() as session:
        assert inbox.replay(session, other.organization_id, [event_id], clock.now()) == {}
    assert _waiting(connection) == []
    with unit_of_work() as session:
        found = inbox.replay(session, connection.organization_id, [event_id, -1], clock.now())
    assert found == {event_id: connection.id}
    assert _waiting(connection) == [event_id]
    (row,) = _rows(connection)
    assert (row.attempts, row.error_code, row.error, row.next_step) == (0, None, None, None)


def test_a_replay_is_noted_and_so_is_each_later_one(connection: Connection) -> None:
    _accept(_event(connection))
    (event_id,) = _ids(connection)
    assert _rows(connection)[0].replayed_at is None
    noted = []
    for _ in range(2):
        with unit_of_work() as session:
            inbox.settle(session, {event_id: None})
        handled = _rows(connection)[0].handled_at
        with unit_of_work() as session:
            inbox.replay(session, connection.organization_id, [event_id], clock.now())
        noted.append(_rows(connection)[0].replayed_at)
        assert handled < noted[-1]
    with unit_of_work() as session:
        inbox.settle(session, {event_id: None})
    (row,) = _rows(connection)
    assert noted[0] < noted[1] == row.replayed_at < row.handled_at
    assert (row.state, row.attempts) == ("done", 1)


def test_only_what_waits_too_long_is_reported_as_waiting(connection: Connection) -> None:
    _accept(_event(connection))
    now, patience = clock.now(), timedelta(seconds=2)
    with unit_of_work() as session:
        assert connection.id not in inbox_standing.waiting_connections(session, now, patience)
        later = now + timedelta(seconds=3)
        assert connection.id in inbox_standing.waiting_connections(session, later, patience)
        inbox.settle(session, dict.fromkeys(_ids(connection)))
        assert connection.id not in inbox_standing.waiting_connections(session, later, patience)


def _ids(connection: Connection) -> list[int]:
    return [row.id for row in _rows(connection)]


def test_pruning_forgets_old_applied_deliveries_and_nothing_else(connection: Connection) -> None:
    _accept(*(_event(connection) for _ in range(5)))
    done, parked, waiting, *more = _ids(connection)
    with unit_of_work() as session:
        # What other tests have applied goes first.
        inbox.prune(session, clock.now() + timedelta(days=1), 1000)
        inbox.settle(session, {done: None, more[0]: None, more[1]: None})
        inbox.park(session, parked, _FAULT)
        assert inbox.prune(session, clock.now() - timedelta(days=1), 10) == 0
        assert inbox.prune(session, clock.now() + timedelta(days=1), 2) == 2
        assert inbox.prune(session, clock.now() + timedelta(days=1), 2) == 1
        assert session.query(InboxEvent).filter_by(connection_id=connection.id).count() == 2
    assert _ids(connection) == [parked, waiting]
