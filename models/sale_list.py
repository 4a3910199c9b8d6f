"""What the lists of orders and of invoices share: where and when, and by what they are sorted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import Order
from models.paging import MOST, Listed, Sort, Span, cut
from models.sale_walk import Walk, by_day, nearest, sorted_by, walked

# So many rows are looked at one by one in a few milliseconds.
_NEAR = 1000

Sale = type[Order] | type[Invoice]


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """Which sales. `since` and `until` are business dates, both included."""

    connection: str | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def dated(self) -> bool:
        """Whether only some dates are wanted."""
        return self.since is not None or self.until is not None


def connections(organization_id: int, wanted: SaleFilter) -> Select[Any]:
    """Ids of the connections whose sales are wanted."""
    query = select(Connection.id).where(Connection.organization_id == organization_id)
    return query if wanted.connection is None else query.where(Connection.name == wanted.connection)


def location(organization_id: int, wanted: SaleFilter) -> Select[Any]:
    """The id of the location whose sales are wanted, if it is the merchant's and connection's."""
    return select(Location.id).where(
        Location.organization_id == organization_id,
        Location.id == wanted.location_id,
        Location.connection_id.in_(connections(organization_id, wanted)),
    )


def conditions(table: Sale, wanted: SaleFilter) -> Iterator[ColumnElement[bool]]:
    """The filters that are looked at row by row; connections are chosen beforehand."""
    if wanted.location_id is not None:
        yield table.location_id == wanted.location_id
    if wanted.since is not None:
        yield table.business_date >= wanted.since
    if wanted.until is not None:
        yield table.business_date <= wanted.until


@dataclass(frozen=True)
class Wanted:
    """Sales of `table` that a merchant wants: where, by which index, and whatever else holds."""

    organization_id: int
    walk: Walk
    near: Walk
    conditions: Sequence[ColumnElement[bool]]


def wanted_of(
    table: Sale,
    organization_id: int,
    wanted: SaleFilter,
    more: Sequence[ColumnElement[bool]] = (),
    **walk: Any,
) -> Wanted:
    """At their location, or else at their connections; `walk` as in `Walk`."""
    at_connections = Walk(
        table, at=table.connection_id, places=connections(organization_id, wanted)
    )
    by_place = replace(at_connections, since=wanted.since, until=wanted.until, **walk)
    if wanted.location_id is not None:
        site = location(organization_id, wanted)
        by_place = replace(by_place, at=table.location_id, places=site)
    found = (*conditions(table, wanted), *more)
    return Wanted(organization_id, by_place, at_connections, found)


def sales(session: Session, query: Select[Any], wanted: Wanted, order: Sort, span: Span) -> Listed:
    """A page of `query`. Raises: CursorError."""
    if len(order.columns) == 1:
        return _by_id(session, query, wanted, order, span)
    found = walked(wanted.walk, order, span.after, length(span) + 1)
    return listed(session, query, found, order, span)


def _by_id(session: Session, query: Select[Any], wanted: Wanted, order: Sort, span: Span) -> Listed:
    """Near the cursor are enough rows of nearly every filter; else days lead to them.

    A year long past has none there.
    """
    limit = length(span) + 1
    few = nearest(wanted.near, order, span.after, _NEAR if wanted.conditions else limit)
    near = query.where(*wanted.conditions).limit(limit)
    page = listed(session, near, few, order, span)
    if page.next is not None or not wanted.conditions:
        return page
    return listed(session, query, by_day(wanted.walk, order, span.after, limit), order, span)


def length(span: Span) -> int:
    """How many rows a page may have."""
    return max(1, min(span.limit, MOST))


def listed(
    session: Session, query: Select[Any], found: Subquery, order: Sort, span: Span
) -> Listed:
    """The page of `query` whose ids were `found`, one more than it has."""
    [key] = order.columns[-1:]
    query = query.join(found, found.c.id == key)
    rows = session.execute(query.order_by(*sorted_by(order))).mappings().all()
    return cut(rows, order, length(span))


def sorts(table: Sale) -> dict[str, Sort]:
    """By date or by id, each both ways; a minus is the newest first."""
    by_date, by_id = (table.business_date, table.id), (table.id,)
    return {
        "-business_date": Sort("-business_date", by_date),
        "business_date": Sort("business_date", by_date, descending=False),
        "-id": Sort("-id", by_id),
        "id": Sort("id", by_id, descending=False),
    }
