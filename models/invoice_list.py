"""Lists invoices: filtered, sorted, a page at a time, one query a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, inspect, select, true
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import ISSUED, Invoice
from models.invoice_named import named
from models.order import Order
from models.paging import FIRST, Listed, Sort, Span, page
from models.sale_list import SaleFilter, conditions, connections, length, listed, location, sorts
from models.sale_walk import Walk, walked

STATES = (ISSUED,)
SORTS = sorts(Invoice)


@dataclass(frozen=True, slots=True)
class InvoiceFilter(SaleFilter):
    """Which invoices. `number` is as `invoice_named` reads it."""

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
    order = SORTS[sort or usual_sort(wanted)]
    query = described(organization_id)
    if wanted.number:
        return page(session, query.where(*_numbered(organization_id, wanted)), order, span)
    found = _walked(organization_id, wanted, order, span)
    return listed(session, query, Invoice, found, order, span)


def usual_sort(wanted: InvoiceFilter) -> str:
    """The newest first; within a span of dates by date, whose index then finds its beginning."""
    return "-business_date" if wanted.dated else "-id"


def described(organization_id: int) -> Select[Any]:
    """Invoices with their connection, and how their order stands."""
    return (
        select(
            *inspect(Invoice).columns,
            Connection.name.label("connection"),
            Connection.platform,
            Order.external_id.label("order_external_id"),
            Order.invoice_state.label("order_invoice_state"),
            Order.refunded.label("order_refunded"),
        )
        .join(Connection, Connection.id == Invoice.connection_id)
        .join(Order, Order.id == Invoice.order_id)
        .where(Invoice.organization_id == organization_id)
    )


def _numbered(organization_id: int, wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    yield Invoice.id.in_(named(organization_id, wanted.number or ""))
    yield from conditions(Invoice, organization_id, wanted)
    if wanted.status is not None:
        yield Invoice.status == wanted.status


def _walked(organization_id: int, wanted: InvoiceFilter, order: Sort, span: Span) -> Subquery:
    here = wanted.location_id is not None
    walk = Walk(
        Invoice,
        at=Invoice.location_id if here else Invoice.connection_id,
        places=(location if here else connections)(organization_id, wanted),
        since=wanted.since,
        until=wanted.until,
        also=true() if wanted.status is None else Invoice.status == wanted.status,
    )
    by_day = (here or wanted.dated) and len(order.columns) == 1
    return walked(walk, order, span.after, length(span) + 1, by_day=by_day)
