"""What the lists of orders and of invoices share: where and when, and by what they are sorted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import Order
from models.paging import MOST, Listed, Sort, Span, cut

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


def connections(organization_id: int, wanted: SaleFilter) -> Select[tuple[int]]:
    """Ids of the connections whose sales are wanted."""
    query = select(Connection.id).where(Connection.organization_id == organization_id)
    return query if wanted.connection is None else query.where(Connection.name == wanted.connection)


def location(organization_id: int, wanted: SaleFilter) -> Select[tuple[int]]:
    """The id of the location whose sales are wanted, if it is the merchant's and connection's."""
    return select(Location.id).where(
        Location.organization_id == organization_id,
        Location.id == wanted.location_id,
        Location.connection_id.in_(connections(organization_id, wanted)),
    )


def conditions(
    table: Sale, organization_id: int, wanted: SaleFilter
) -> Iterator[ColumnElement[bool]]:
    """The filters on rows that are found by their name: those are few."""
    if wanted.connection is not None:
        yield table.connection_id.in_(connections(organization_id, wanted))
    if wanted.location_id is not None:
        yield table.location_id == wanted.location_id
    if wanted.since is not None:
        yield table.business_date >= wanted.since
    if wanted.until is not None:
        yield table.business_date <= wanted.until


def length(span: Span) -> int:
    """How many rows a page may have."""
    return max(1, min(span.limit, MOST))


def listed(
    session: Session, query: Select[Any], table: Sale, found: Subquery, order: Sort, span: Span
) -> Listed:
    """The page of `query` whose ids were `found`, one more than it has."""
    query = query.join(found, found.c.id == table.id)
    columns = [c.desc() if order.descending else c.asc() for c in order.columns]
    rows = session.execute(query.order_by(*columns)).mappings().all()
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
