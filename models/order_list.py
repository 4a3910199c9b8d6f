"""Lists orders: filtered, sorted, a page at a time, one query a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import STATES, Order
from models.order_named import named
from models.paging import FIRST, Listed, Span
from models.sale_list import (
    SaleFilter,
    conditions,
    connections,
    length,
    listed,
    sales,
    sorts,
    wanted_of,
)

# All of an order but the vendor's record, which is longer than everything else together.
COLUMNS = tuple(c for c in inspect(Order).columns if c.key not in {"vendor", "fingerprint"})

SORTS = sorts(Order)


@dataclass(frozen=True, slots=True)
class OrderFilter(SaleFilter):
    """Which orders. `search` is a display number or how a platform's id begins: `order_named`."""

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
    order, query = SORTS[sort], described(organization_id)
    stated = [] if wanted.invoice_state is None else [Order.invoice_state == wanted.invoice_state]
    if wanted.search:
        which = (*conditions(Order, wanted), *stated)
        if wanted.connection is not None:
            which = (*which, Order.connection_id.in_(connections(organization_id, wanted)))
        limit = length(span) + 1
        found = named(organization_id, wanted.search, which, order, span.after, limit)
        return listed(session, query, found, order, span)
    states = STATES if wanted.invoice_state is None else (wanted.invoice_state,)
    by_state = {"state": Order.invoice_state, "states": states}
    which_ones = wanted_of(Order, organization_id, wanted, stated, **by_state)
    return sales(session, query, which_ones, order, span)


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
