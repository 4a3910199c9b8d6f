from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update

from config import clock
from models import Connection, JobSlot, StreamCursor, connections, job_slot, lease
from models.lease import LEASE, LeaseLostError
from models.session import unit_of_work
from tests.factories import NOON, at, connected

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def cursor_id(database: str) -> int:
    connection = connected()
    with unit_of_work() as session:
        found = select(StreamCursor.id).where(StreamCursor.connection_id == connection.id)
        return session.scalars(found).one()


def _take(cursor_id: int, now=NOON) -> StreamCursor | None:
    with unit_of_work() as session:
        return lease.take(session, StreamCursor, cursor_id, now)


def _stored(cursor_id: int) -> StreamCursor:
    with unit_of_work() as session:
        return session.get_one(StreamCursor, cursor_id)


def test_one_reader_at_a_time(cursor_id: int) -> None:
    assert _take(cursor_id) is not None
    assert _take(cursor_id) is None
    assert _take(cursor_id, NOON + LEASE) is None


def test_of_many_readers_at_once_one_gets_it(cursor_id: int) -> None:
    readers = 8
    gate = Barrier(readers)

    def reach(_: int) -> bool:
        gate.wait()
        return _take(cursor_id) is not None

    with ThreadPoolExecutor(readers) as pool:
        assert sum(pool.map(reach, range(readers))) == 1


def test_who_holds_the_connection_waits_for_no_cursor_that_is_being_written(
    cursor_id: int,
) -> None:
    """Its writer goes on to the connection: each would wait for the other."""
    held = _take(cursor_id)
    assert held is not None
    with unit_of_work() as session:
        lease.keep(session, held, NOON, failures=2)
    with unit_of_work() as writer, ThreadPoolExecutor(1) as pool:
        lease.release(writer, held, failures=3)
        pool.submit(_all_is_well, held.connection_id).result(timeout=30)
        connections.succeeded(writer, held.connection_id, NOON)
    assert _stored(cursor_id).failures == 3


def _all_is_well(connection_id: int) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, connection_id, with_for_update=True)
        connections.try_again(session, connection_id, NOON)


def test_a_lease_ends_by_itself_and_a_kept_one_lasts_longer(cursor_id: int) -> None:
    held = _take(cursor_id)
    assert held is not None
    with unit_of_work() as session:
        lease.keep(session, held, NOON + LEASE)
    assert _take(cursor_id, NOON + LEASE + timedelta(seconds=1)) is None
    assert _take(cursor_id, NOON + 2 * LEASE + timedelta(seconds=1)) is not None


def test_a_reader_that_was_replaced_can_store_nothing(cursor_id: int) -> None:
    old = _take(cursor_id)
    new = _take(cursor_id, at(5))
    assert old is not None
    assert new is not None
    for act in (
        lambda session: lease.keep(session, old, at(5), resume={"page": 9}),
        lambda session: lease.release(session, old, next_due_at=at(99)),
    ):
        with pytest.raises(LeaseLostError), unit_of_work() as session:
            act(session)
    with unit_of_work() as session:
        lease.keep(session, new, at(5), resume={"page": 3})
    stored = _stored(cursor_id)
    assert (stored.resume, stored.next_due_at, stored.lease) == ({"page": 3}, NOON, new.lease)


def test_a_released_row_is_free_at_once_and_keeps_what_was_stored(cursor_id: int) -> None:
    held = _take(cursor_id)
    assert held is not None
    with unit_of_work() as session:
        lease.release(session, held, next_due_at=at(7), failures=2)
    stored = _stored(cursor_id)
    assert (stored.leased_until, stored.next_due_at, stored.failures) == (None, at(7), 2)
    assert _take(cursor_id) is not None


# A slot of this length has begun in 2001, and ends once no test runs any more.
_SLOT_S = 10**9


def test_a_slot_of_a_job_is_taken_once_however_many_ask() -> None:
    askers = 8
    gate = Barrier(askers)

    def ask(_: int) -> bool:
        gate.wait()
        with unit_of_work() as session:
            return job_slot.take(session, "sync.due", _SLOT_S) is not None

    with ThreadPoolExecutor(askers) as pool:
        assert sum(pool.map(ask, range(askers))) == 1
    with unit_of_work() as session:
        assert job_slot.take(session, "other.due", _SLOT_S)


def test_after_a_step_back_of_the_clock_nothing_waits_for_hours_that_lie_ahead(
    cursor_id: int,
) -> None:
    ahead = clock.now() + timedelta(hours=1)
    with unit_of_work() as session:
        session.add(JobSlot(job="sync.due", scheduled_for=ahead))
        changed = {"next_due_at": ahead, "leased_until": ahead}
        session.execute(update(StreamCursor).values(changed))
    with unit_of_work() as session:
        assert job_slot.take(session, "second.due", _SLOT_S)
    now = clock.now()
    stored = _stored(cursor_id)
    assert stored.next_due_at <= now
    with unit_of_work() as session:
        assert lease.take(session, StreamCursor, cursor_id, now)


def test_without_one_what_is_put_off_stays_so(cursor_id: int) -> None:
    ahead = clock.now() + timedelta(hours=1)
    with unit_of_work() as session:
        session.execute(update(StreamCursor).values(next_due_at=ahead))
    with unit_of_work() as session:
        job_slot.take(session, "third.due", _SLOT_S)
    assert _stored(cursor_id).next_due_at == ahead
