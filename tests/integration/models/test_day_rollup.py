"""Days summed up over any dates are the sum of these days, whichever of them make whole months."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import Connection, LocationMonth
from models.day_list import FIGURES, DayFilter, days
from models.day_rollup import rollup, whole_months
from models.paging import Span
from models.session import unit_of_work
from tests import factories
from tests.factories import at, store
from tests.integration.models.days import paid, sold, tallied

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = date(2025, 11, 20), date(2026, 3, 10)
dates = st.dates(FIRST - timedelta(days=40), LAST + timedelta(days=40))


@pytest.fixture(scope="module")
def chain(database: str) -> Connection:
    """Two places with an order every third day, over four ends of a month."""
    connection = factories.connected(places=("here", "there"))
    many = (LAST - FIRST).days // 3
    for place in ("here", "there"):
        orders = [
            sold(
                f"{place}-{n}",
                FIRST + timedelta(days=3 * n),
                location_id=place,
                payments=(paid(f"{n}.01", FIRST + timedelta(days=3 * n)),),
            )
            for n in range(many + 1)
        ]
        store(connection, *orders)
    tallied(connection)
    return connection


def _rolled_up(connection: Connection, wanted: DayFilter) -> dict[str, Any]:
    with unit_of_work() as session:
        rows = rollup(session, connection.organization_id, "connection", wanted)
    return dict(rows[0]) if rows else {}


def _summed(connection: Connection, wanted: DayFilter) -> dict[str, Any]:
    with unit_of_work() as session:
        rows = days(session, connection.organization_id, wanted, Span(limit=500)).items
    found: dict[str, Any] = {c.key: sum(row[c.key] for row in rows) for c in FIGURES}
    return {**found, "days": len(rows)} if rows else {}


@given(dates, dates, st.booleans())
@example(date(2025, 12, 1), date(2026, 1, 31), True)
@example(date(2025, 12, 2), date(2026, 1, 30), True)
@example(date(2026, 2, 28), date(2026, 3, 1), True)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_dates(chain: Connection, one: date, other: date, ends: bool) -> None:
    since, until = sorted((one, other))
    wanted = DayFilter(since=since, until=until if ends else None)
    rolled = _rolled_up(chain, wanted)
    summed = _summed(chain, wanted)
    assert {name: rolled.get(name) for name in summed} == summed
    assert bool(rolled) == bool(summed)


@given(st.dates(), st.none() | st.dates())
@example(date.max, None)
@example(date.max, date.max)
@example(date.min, date.max)
def test_whole_months_are_whole_and_between(since: date, until: date | None) -> None:
    found = whole_months(since, until)
    if found is None:
        return
    first, end = found
    assert (first.day, since <= first) == (1, True)
    assert first - since < timedelta(days=31)
    if end is not None:
        assert until is not None
        assert end.day == 1
        assert first < end <= until + timedelta(days=1)
        assert until - end < timedelta(days=31)


def test_a_month_follows_its_days_until_none_is_left() -> None:
    connection = factories.connected()
    order = sold(payments=(paid("11.00"),))
    store(connection, order, sold("o2", payments=(paid("11.00"),)))
    tallied(connection)
    assert _months(connection) == [(date(2026, 3, 1), 1, 2, Decimal("22.00"))]
    store(connection, replace(order, version=at(9), deleted=True))
    tallied(connection)
    assert _months(connection) == [(date(2026, 3, 1), 1, 1, Decimal("11.00"))]
    store(connection, replace(order, external_id="o2", version=at(9), deleted=True))
    tallied(connection)
    assert _months(connection) == []


def _months(connection: Connection) -> list[tuple[Any, ...]]:
    figures = (LocationMonth.month, LocationMonth.days, LocationMonth.orders, LocationMonth.due)
    query = select(*figures).where(LocationMonth.organization_id == connection.organization_id)
    with unit_of_work() as session:
        return [tuple(row) for row in session.execute(query)]
