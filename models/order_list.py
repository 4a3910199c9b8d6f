"""Lists orders: filtered, sorted, a page at a time, one query a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import STATES, Order
from models.order_named import named
from models.paging import FIRST, Listed, Sort, Span
from models.sale_list import SaleFilter, conditions, connections, length, listed, location, sorts
from models.sale_walk import Walk, walked

# All of an order but the vendor's record, which is longer than everything else together.
COLUMNS = tuple(c for c in inspect(Order).columns if c.key not in {"vendor", "fingerprint"})

SORTS = sorts(Order)


@dataclass(frozen=True, slots=True)
class OrderFilter(SaleFilter):
    """Which orders. `search` is a display number, or how the platform's id begins; see `order_named`."""

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
    order = SORTS[sort]
    find = _called if wanted.search else _walked
    found = find(organization_id, wanted, order, span)
    return listed(session, described(organization_id), Order, found, order, span)


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


def _walked(organization_id: int, wanted: OrderFilter, order: Sort, span: Span) -> Subquery:
    here = wanted.location_id is not None
    walk = Walk(
        Order,
        at=Order.location_id if here else Order.connection_id,
        places=(location if here else connections)(organization_id, wanted),
        state=Order.invoice_state,
        states=STATES if wanted.invoice_state is None else (wanted.invoice_state,),
        since=wanted.since,
        until=wanted.until,
    )
    narrow = here or wanted.dated or wanted.invoice_state is not None
    by_day = narrow and len(order.columns) == 1
    return walked(walk, order, span.after, length(span) + 1, by_day=by_day)


def _called(organization_id: int, wanted: OrderFilter, order: Sort, span: Span) -> Subquery:
    which = list(conditions(Order, organization_id, wanted))
    if wanted.invoice_state is not None:
        which.append(Order.invoice_state == wanted.invoice_state)
    limit = length(span) + 1
    return named(organization_id, wanted.search or "", which, order, span.after, limit)
