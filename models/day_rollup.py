"""Sums days of locations up: by location, brand, group or connection."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    RowMapping,
    Select,
    String,
    Subquery,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from models.connection import Connection
from models.day_list import FIGURES, DayFilter, dated, derived, places_of
from models.location import Location
from models.location_day import LocationDay
from models.location_month import LocationMonth

BY_LOCATION, BY_BRAND, BY_GROUP, BY_CONNECTION = "location", "brand", "group", "connection"
_KEY_OF: dict[str, Any] = {
    BY_LOCATION: cast(Location.id, String),
    BY_BRAND: Location.brand,
    BY_GROUP: Location.group_external_id,
    BY_CONNECTION: Connection.name,
}
BYS = tuple(_KEY_OF)
# What is summed up unless somebody says since when.
_LATELY = timedelta(days=30)


def lately(wanted: DayFilter, today: date) -> DayFilter:
    """The same days, but none before the last 31, up to the last one wanted, unless it says."""
    if wanted.since is not None:
        return wanted
    last = today if wanted.until is None else wanted.until
    return replace(wanted, since=max(last, date.min + _LATELY) - _LATELY)


def rollup(
    session: Session, organization_id: int, by: str, wanted: DayFilter
) -> Sequence[RowMapping]:
    """Days summed up by location, brand, group or connection, each currency apart.

    `key` is what they are summed by: our id of a location, a brand, the platform's id of a group, a
    connection's name; null where a location has none. `days` counts days of locations.
    """
    key, name = _KEY_OF[by], Location.name if by == BY_LOCATION else null()
    places = places_of(session, organization_id, wanted)
    parts = _parts(organization_id, wanted, places)
    # By number first: those are quicker compared than names, and there are few of them.
    summed = (
        select(
            parts.c.location_id,
            parts.c.currency,
            func.sum(parts.c.days).label("days"),
            func.max(parts.c.counted_at).label("counted_at"),
            *(func.sum(parts.c[c.key]).label(c.key) for c in FIGURES),
        )
        .group_by(parts.c.location_id, parts.c.currency)
        .subquery()
    )
    query = (
        select(
            literal(by).label("by"),
            key.label("key"),
            func.min(name).label("name"),
            summed.c.currency,
            func.count(summed.c.location_id.distinct()).label("locations"),
            func.sum(summed.c.days).label("days"),
            func.max(summed.c.counted_at).label("counted_at"),
            *(func.sum(summed.c[c.key]).label(c.key) for c in FIGURES),
            *(func.sum(x).label(x.key) for x in derived(summed.c)),
        )
        .join(Location, Location.id == summed.c.location_id)
        .join(Connection, Connection.id == Location.connection_id)
        .group_by(key, summed.c.currency)
        .order_by(func.min(name).nulls_last(), key.nulls_last(), summed.c.currency)
    )
    return session.execute(query).mappings().all()


def _parts(organization_id: int, wanted: DayFilter, places: list[int] | None) -> Subquery:
    """Whole months between the dates, and the days before and after those."""
    months = whole_months(wanted.since, wanted.until)
    days = _of(LocationDay, literal(1).label("days"), organization_id, places).where(*dated(wanted))
    if months is None:
        return days.subquery()
    first, end = months
    whole = _of(LocationMonth, LocationMonth.days, organization_id, places).where(
        LocationMonth.month >= first
    )
    before = days.where(LocationDay.business_date < first)
    if end is None:
        return union_all(before, whole).subquery()
    # Each a range of its own index.
    after = days.where(LocationDay.business_date >= end)
    return union_all(before, whole.where(LocationMonth.month < end), after).subquery()


def whole_months(since: date | None, until: date | None) -> tuple[date, date | None] | None:
    """The first dates of the first whole month between two dates and of that after the last one.

    Both dates are included; without an `until` months go on for ever. None when there is none.
    """
    first = date.min if since is None else since
    if first.day > 1:
        if (first.year, first.month) == (date.max.year, date.max.month):
            return None
        first = _next_month(first)
    if until is None or until == date.max:
        return first, None
    end = (until + timedelta(days=1)).replace(day=1)
    return (first, end) if first < end else None


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _of(
    table: type[LocationDay | LocationMonth],
    days: Any,
    organization_id: int,
    places: list[int] | None,
) -> Select[Any]:
    """Rows of a merchant's places, or of these alone."""
    columns = [getattr(table, c.key) for c in FIGURES]
    query = select(table.location_id, table.currency, days, table.counted_at, *columns)
    of_places = [] if places is None else [table.location_id.in_(places)]
    return query.where(table.organization_id == organization_id, *of_places)
