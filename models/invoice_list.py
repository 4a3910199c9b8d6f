"""Lists invoices: filtered, sorted, a page at a time, one query a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import ISSUED, Invoice
from models.invoice_named import named
from models.order import Order
from models.paging import FIRST, Listed, Sort, Span, page
from models.sale_list import (
    MOST_STATEMENTS,
    OWNER,
    Asked,
    SaleFilter,
    asked,
    conditions,
    connections,
    sales,
    sorts,
    statements,
    wanted_of,
)

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
    if wanted.number:
        return _called(session, organization_id, wanted, order, span)
    asking, values = asked(organization_id, replace(wanted, number=None), order, span)
    return sales(session, _statements(asking), values, order, span)


@lru_cache(MOST_STATEMENTS)
def _statements(asking: Asked) -> Sequence[Select[Any]]:
    wanted = InvoiceFilter(**asking.names)
    which = wanted_of(Invoice, wanted, _stated(wanted))
    return statements(described(OWNER), which, SORTS[asking.sort], goes_on=asking.goes_on)


def _called(
    session: Session, organization_id: int, wanted: InvoiceFilter, order: Sort, span: Span
) -> Listed:
    which = (*conditions(Invoice, wanted), *_stated(wanted))
    called = Invoice.id.in_(named(organization_id, wanted.number or ""))
    ours = Invoice.connection_id.in_(connections(organization_id, wanted))
    return page(session, described(organization_id).where(called, ours, *which), order, span)


def _stated(wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    return [] if wanted.status is None else [Invoice.status == wanted.status]


def usual_sort(wanted: InvoiceFilter) -> str:
    """The newest first; within a span of dates by date, whose index then finds its beginning."""
    return "-business_date" if wanted.dated else "-id"


def described(organization_id: Any) -> Select[Any]:
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
