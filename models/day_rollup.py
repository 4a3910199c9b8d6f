"""Sums days of locations up: by location, brand, group or connection."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping, String, cast, func, literal, null, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.day_list import FIGURES, DayFilter, dated, derived, places_of
from models.location import Location
from models.location_day import LocationDay

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
    # By number first: those are quicker compared than names, and there are few of them.
    figures = [func.sum(c).label(c.key) for c in FIGURES]
    places = places_of(session, organization_id, wanted)
    of_places = [] if places is None else [LocationDay.location_id.in_(places)]
    summed = (
        select(
            LocationDay.location_id,
            LocationDay.currency,
            func.count().label("days"),
            func.max(LocationDay.counted_at).label("counted_at"),
            *figures,
        )
        .where(
            LocationDay.organization_id == organization_id,
            *dated(wanted),
            *of_places,
        )
        .group_by(LocationDay.location_id, LocationDay.currency)
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
