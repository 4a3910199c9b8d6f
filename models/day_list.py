"""Lists days of locations in figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    RowMapping,
    Select,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.connection import Connection
from models.location import Location
from models.location_day import LocationDay, StaleDay
from models.paging import FIRST, Listed, Sort, Span, cut, page, place
from models.sale_list import length
from models.sale_walk import Walk, sorted_by, walked

SORTS = {
    "-business_date": Sort("-business_date", (LocationDay.business_date, LocationDay.id)),
    "business_date": Sort(
        "business_date", (LocationDay.business_date, LocationDay.id), descending=False
    ),
}
# Places whose days are merged from the ends of their indexes: a page of each at most is read.
_FEW = 20
_KEYS = {"id", "organization_id", "location_id", "business_date", "currency", "counted_at"}
FIGURES = tuple(c for c in inspect(LocationDay).columns if c.key not in _KEYS)
"""The counts and amounts of a day."""


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which days. `since` and `until` are business dates, both included.

    `group` is the platform's id of a management group.
    """

    connection: str | None = None
    location_id: int | None = None
    brand: str | None = None
    group: str | None = None
    since: date | None = None
    until: date | None = None


def days(
    session: Session,
    organization_id: int,
    wanted: DayFilter = DayFilter(),
    span: Span = FIRST,
    sort: str = "-business_date",
) -> Listed:
    """A page of a merchant's days: a row a location, date and currency. Raises: CursorError."""
    order = SORTS[sort]
    query = _described(organization_id).where(*dated(wanted))
    places = places_of(session, organization_id, wanted)
    if places is None or len(places) > _FEW:
        if places is not None:
            query = query.where(LocationDay.location_id.in_(places))
        return page(session, query, order, span)
    # Of a few places the newest may lie behind years of all others'.
    seen = None if span.after is None else place(order, span.after)
    listed = select(func.unnest(literal(places, ARRAY(BigInteger))).label("id"))
    walk = Walk(
        LocationDay, LocationDay.location_id, listed, since=wanted.since, until=wanted.until
    )
    found = walked(walk, order, seen, length(span) + 1)
    query = query.join(found, found.c.id == LocationDay.id)
    rows = session.execute(query.order_by(*sorted_by(order))).mappings().all()
    return cut(rows, order, length(span))


def of_date(
    session: Session, organization_id: int, location_id: int, business_date: date
) -> Sequence[RowMapping]:
    """The rows of one day of one location, by currency."""
    query = _described(organization_id).where(
        LocationDay.location_id == location_id, LocationDay.business_date == business_date
    )
    return session.execute(query.order_by(LocationDay.currency)).mappings().all()


def is_noted(session: Session, organization_id: int, location_id: int, business_date: date) -> bool:
    """Whether a day's figures are about to change."""
    noted = select(StaleDay.id).where(
        StaleDay.organization_id == organization_id,
        StaleDay.location_id == location_id,
        StaleDay.business_date == business_date,
    )
    return bool(session.scalar(select(noted.exists())))


def derived(day: Any) -> tuple[Any, Any]:
    """What `rules.day` calls gross sales and collected, of a row with the columns of a day."""
    collected = day.paid_that_day + day.prepaid + day.postpaid
    return (day.net + day.discounts).label("gross"), collected.label("collected")


def location(session: Session, organization_id: int, location_id: int) -> RowMapping | None:
    """A merchant's location by our id: its name, and that of its connection."""
    query = (
        select(Location.id, Location.name, Connection.name.label("connection"))
        .join(Connection, Connection.id == Location.connection_id)
        .where(Location.organization_id == organization_id, Location.id == location_id)
    )
    return session.execute(query).mappings().one_or_none()


def brands(session: Session, organization_id: int) -> list[str]:
    """A merchant's brands, by name."""
    return _told(session, organization_id, Location.brand)


def groups(session: Session, organization_id: int) -> list[str]:
    """The platforms' ids of a merchant's management groups."""
    return _told(session, organization_id, Location.group_external_id)


def _told(
    session: Session, organization_id: int, fact: InstrumentedAttribute[str | None]
) -> list[str]:
    query = select(fact).where(Location.organization_id == organization_id, fact.is_not(None))
    return [str(told) for told in session.scalars(query.distinct().order_by(fact))]


def places_of(session: Session, organization_id: int, wanted: DayFilter) -> list[int] | None:
    """Ids of the locations whose days are wanted; None for all of the merchant's."""
    named = (wanted.location_id, wanted.brand, wanted.group, wanted.connection)
    if all(each is None for each in named):
        return None
    query = (
        select(Location.id)
        .join(Connection, Connection.id == Location.connection_id)
        .where(Location.organization_id == organization_id)
    )
    if wanted.location_id is not None:
        query = query.where(Location.id == wanted.location_id)
    if wanted.brand is not None:
        query = query.where(Location.brand == wanted.brand)
    if wanted.group is not None:
        query = query.where(Location.group_external_id == wanted.group)
    if wanted.connection is not None:
        query = query.where(Connection.name == wanted.connection)
    return list(session.scalars(query))


def dated(wanted: DayFilter) -> list[Any]:
    """Conditions on the dates that are wanted."""
    found = []
    if wanted.since is not None:
        found.append(LocationDay.business_date >= wanted.since)
    if wanted.until is not None:
        found.append(LocationDay.business_date <= wanted.until)
    return found


def _described(organization_id: int) -> Select[Any]:
    return (
        select(
            *(c for c in inspect(LocationDay).columns if c.key != "organization_id"),
            *derived(LocationDay),
            Location.name.label("location"),
            Location.brand,
            Location.group_external_id,
            Connection.name.label("connection"),
            Connection.platform,
        )
        .join(Location, Location.id == LocationDay.location_id)
        .join(Connection, Connection.id == Location.connection_id)
        .where(LocationDay.organization_id == organization_id)
    )
