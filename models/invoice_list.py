"""Lists invoices: filtered, sorted, a page at a time, one query a page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import ISSUED, Invoice
from models.location import Location
from models.order import Order
from models.paging import FIRST, Listed, Sort, Span, page

STATES = (ISSUED,)
SORTS = {
    "-id": Sort("-id", (Invoice.id,)),
    "id": Sort("id", (Invoice.id,), descending=False),
    "-business_date": Sort("-business_date", (Invoice.business_date, Invoice.id)),
    "business_date": Sort("business_date", (Invoice.business_date, Invoice.id), descending=False),
}


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices. `since` and `until` are business dates, both included."""

    connection: str | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None
    status: str | None = None
    number: str | None = None


def invoices(
    session: Session,
    organization_id: int,
    wanted: InvoiceFilter = InvoiceFilter(),
    span: Span = FIRST,
    sort: str | None = None,
) -> Listed:
    """A page of a merchant's invoices; `usual_sort` when no order is asked for.

    Raises: CursorError.
    """
    query = described(organization_id)
    for condition in _conditions(wanted):
        query = query.where(condition)
    return page(session, query, SORTS[sort or usual_sort(wanted)], span)


def usual_sort(wanted: InvoiceFilter) -> str:
    """The newest first; within a span of dates by date, whose index then finds its beginning."""
    dated = wanted.since is not None or wanted.until is not None
    return "-business_date" if dated else "-id"


def described(organization_id: int) -> Select[Any]:
    """Invoices with the names of what they belong to, and their order's."""
    return (
        select(
            *inspect(Invoice).columns,
            Connection.name.label("connection"),
            Connection.platform,
            Location.name.label("location"),
            Location.time_zone,
            Order.external_id.label("order_external_id"),
            Order.display_number.label("order_display_number"),
            Order.invoice_state.label("order_invoice_state"),
        )
        .join(Connection, Connection.id == Invoice.connection_id)
        .join(Location, Location.id == Invoice.location_id)
        .join(Order, Order.id == Invoice.order_id)
        .where(Invoice.organization_id == organization_id)
    )


def _conditions(wanted: InvoiceFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.connection is not None:
        found.append(Connection.name == wanted.connection)
    if wanted.location_id is not None:
        found.append(Invoice.location_id == wanted.location_id)
    if wanted.since is not None:
        found.append(Invoice.business_date >= wanted.since)
    if wanted.until is not None:
        found.append(Invoice.business_date <= wanted.until)
    if wanted.status is not None:
        found.append(Invoice.status == wanted.status)
    if wanted.number:
        found.append(Invoice.number == wanted.number)
    return found
