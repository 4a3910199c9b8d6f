"""Days are counted while orders are written: in the end none is wrong, whoever was first."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, text

from connectors.base.contract import Record
from models import Connection, day_count
from models.locations import locations_of
from models.order_write import write_orders
from models.session import engine, unit_of_work
from rules.records import OrderRecord
from tasks import apply, tally
from tasks.understanding import Understood
from tests.factories import PLACE, arrival, at, connected, store
from tests.integration.models.days import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    day,
    days,
    noted,
    paid,
    sold,
    tallied,
)
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

_COUNTED = """
SELECT location_id, business_date, currency, orders, net, due, paid_before, paid_that_day,
    paid_after, open, unexplained, prepaid, postpaid FROM location_days
WHERE organization_id = :o ORDER BY 1, 2, 3
"""
_ALL_AGAIN = """
INSERT INTO stale_days (organization_id, location_id, business_date)
SELECT organization_id, location_id, business_date FROM location_days WHERE organization_id = :o
UNION SELECT organization_id, location_id, business_date FROM orders WHERE organization_id = :o
"""
_WRITTEN = "SELECT 'written'"


@pytest.fixture
def till(database: str) -> Connection:
    return connected()


@contextmanager
def before(beginning: str, do: Callable[[], None]) -> Iterator[None]:
    """Inside, `do` is done once, right before a statement that begins so."""
    left = [do]

    def look(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if left and statement.lstrip().startswith(beginning):
            left.pop()()

    event.listen(engine(), "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine(), "before_cursor_execute", look)
    assert not left


@pytest.mark.parametrize("moment", ["DELETE FROM stale_days", "WITH asked"])
def test_what_is_committed_while_a_day_is_counted_is_not_missed(
    till: Connection, moment: str
) -> None:
    store(till, sold("o1", payments=(paid("11.00"),)))
    with before(moment, lambda: _stored(till, sold("o2", payments=(paid("11.00"),)))):
        tallied(till)
    if noted(till):
        tallied(till)
    assert day(till)["orders"] == 2


def test_a_count_that_dies_loses_no_note(till: Connection) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    store(till, sold("o1", payments=(paid("11.00"),)))
    with pytest.raises(KeyboardInterrupt), before("WITH asked", die):
        tallied(till)
    assert set(noted(till)) == {MONDAY}
    tallied(till)
    assert day(till)["orders"] == 1


def test_one_counts_the_days_of_a_connection_at_a_time(till: Connection) -> None:
    other = connected()
    for each in (till, other):
        store(each, sold("o1", payments=(paid("11.00"),)))
    with unit_of_work() as session:
        assert day_count.count(session, till.id, 10)
        assert tally.take_turn(till.id, 60) == (0, True)
        assert tally.take_turn(other.id, 60) == (1, True)


def test_the_day_of_a_copy_that_another_batch_stored_meanwhile_is_noted(till: Connection) -> None:
    """The other one's note may be gone by then, and its copy counted."""
    store(till, sold("known", FRIDAY))
    tallied(till)
    hold = Event()
    newer = [sold("known", FRIDAY, version=at(5)), sold("new", TUESDAY, version=at(5))]
    with ThreadPoolExecutor(1) as peer:
        try:
            with unit_of_work() as session:
                places = locations_of(session, till, [PLACE])
                write_orders(session, till, places, [arrival(sold("new"))])
                waiting = peer.submit(_stored, till, *newer, hold=hold)
                until(_somebody_waits, what="the second batch to meet the first")
            # The first is committed, the second isn't yet.
            until(_is_written, what="the second batch to be written")
            tallied(till)
            assert day(till)["orders"] == 1
        finally:
            hold.set()
        waiting.result()
    tallied(till)
    assert days(till, MONDAY) == []
    assert day(till, TUESDAY)["orders"] == 1


def test_whatever_meets_whatever_no_day_stays_wrong(till: Connection) -> None:
    """Four write copies of a few orders that move among a few days, two count meanwhile."""
    writing = Event()
    writing.set()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            names = chance.sample(["o1", "o2", "o3", "o4", "o5"], chance.randint(1, 3))
            _stored(till, *(_any(chance, name) for name in names))

    def count() -> None:
        while writing.is_set():
            tally.take_turn(till.id, 60)

    with ThreadPoolExecutor(6) as threads:
        counting = [threads.submit(count) for _ in range(2)]
        writers = [threads.submit(write, seed) for seed in range(4)]
        try:
            for each in writers:
                each.result()
        finally:
            writing.clear()
        for each in counting:
            each.result()
    tallied(till)
    assert not noted(till)
    found = _rows(_COUNTED, till)
    _rows(_ALL_AGAIN, till)
    tallied(till)
    assert found
    assert _rows(_COUNTED, till) == found


def _any(chance: random.Random, name: str) -> OrderRecord:
    def some() -> date:
        return MONDAY + timedelta(days=chance.randint(0, 3))

    when = at(chance.randint(0, 60))
    given = paid(chance.choice(["11.00", "5.00"]), some())
    state = chance.choice([{}, {"deleted": True}, {"voided": True}, {"not_sale_reason": "test"}])
    return sold(name, some(), version=when, payments=(given,), **state)


def _stored(till: Connection, *records: OrderRecord, hold: Event | None = None) -> None:
    """As a delivery is stored; commits once `hold` is set."""
    with unit_of_work() as session:
        come = [(Record("orders", one.external_id, b"", ""), arrival(one)) for one in records]
        applied = apply.store(session, till, Understood(come))
        assert not applied.parked
        if hold is not None:
            session.execute(text(_WRITTEN))
            assert hold.wait(30)


def _somebody_waits() -> bool:
    return _any_session("wait_event_type = 'Lock'", "")


def _is_written() -> bool:
    return _any_session("state = 'idle in transaction' AND query = :query", _WRITTEN)


def _any_session(condition: str, query: str) -> bool:
    asked = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity "
        f"WHERE {condition} AND datname = current_database())"
    )
    with unit_of_work() as session:
        return bool(session.scalar(asked, {"query": query}))


def _rows(query: str, till: Connection) -> list[Any]:
    with unit_of_work() as session:
        found = session.execute(text(query), {"o": till.organization_id})
        return [tuple(row) for row in found] if found.returns_rows else []
