"""Lists orders: filtered, sorted, a page at a time, one query a page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import CHANGED, DUE, ISSUED, NOT_DUE, NOT_NEEDED, PARKED, Order
from models.paging import FIRST, Listed, Sort, Span, page

# All of an order but the vendor's record, which is longer than everything else together.
COLUMNS = tuple(c for c in inspect(Order).columns if c.key not in {"vendor", "fingerprint"})

STATES = (DUE, ISSUED, CHANGED, NOT_DUE, NOT_NEEDED, PARKED)
SORTS = {
    "-business_date": Sort("-business_date", (Order.business_date, Order.id)),
    "business_date": Sort("business_date", (Order.business_date, Order.id), descending=False),
    "-id": Sort("-id", (Order.id,)),
    "id": Sort("id", (Order.id,), descending=False),
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders. `since` and `until` are business dates, both included.

    `search` is a whole display number or the platform's id.
    """

    connection: str | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None
    invoice_state: str | None = None
    search: str | None = None


def orders(
    session: Session,
    organization_id: int,
    wanted: OrderFilter = OrderFilter(),
    span: Span = FIRST,
    sort: str = "-business_date",
) -> Listed:
    """A page of a merchant's orders. Raises: CursorError."""
    query = described(organization_id)
    for condition in _conditions(organization_id, wanted):
        query = query.where(condition)
    return page(session, query, SORTS[sort], span)


def described(organization_id: int) -> Select[Any]:
    """Orders with the names of what they belong to, and their invoice, if any."""
    return (
        select(
            *COLUMNS,
            Connection.name.label("connection"),
            Connection.platform,
            Location.name.label("location"),
            Location.time_zone,
            Invoice.number.label("invoice_number"),
            Invoice.issued_at.label("invoice_issued_at"),
        )
        .join(Connection, Connection.id == Order.connection_id)
        .join(Location, Location.id == Order.location_id)
        .outerjoin(Invoice, Invoice.order_id == Order.id)
        .where(Order.organization_id == organization_id)
    )


def _conditions(organization_id: int, wanted: OrderFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.connection is not None:
        found.append(Connection.name == wanted.connection)
    if wanted.location_id is not None:
        found.append(Order.location_id == wanted.location_id)
    if wanted.since is not None:
        found.append(Order.business_date >= wanted.since)
    if wanted.until is not None:
        found.append(Order.business_date <= wanted.until)
    if wanted.invoice_state is not None:
        found.append(Order.invoice_state == wanted.invoice_state)
    if wanted.search:
        found.append(Order.id.in_(_named(organization_id, wanted.search)))
    return found


def _named(organization_id: int, text: str) -> Any:
    """Ids of orders called `text`: two index look-ups instead of a walk along the list."""
    ours = select(Connection.id).where(Connection.organization_id == organization_id)
    by_id = select(Order.id).where(Order.connection_id.in_(ours), Order.external_id == text)
    by_number = select(Order.id).where(
        Order.organization_id == organization_id, Order.display_number == text
    )
    return by_id.union_all(by_number)
