"""Lists orders: filtered, sorted, a page at a time, one query a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import Order
from models.order_named import named
from models.paging import FIRST, Listed, Sort, Span, cut, place
from models.sale_list import (
    MOST_STATEMENTS,
    OWNER,
    Asked,
    SaleFilter,
    asked,
    conditions,
    connections,
    joined,
    length,
    sales,
    sorts,
    statements,
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
    order = SORTS[sort]
    if wanted.search:
        return _searched(session, organization_id, wanted, order, span)
    asking, values = asked(organization_id, replace(wanted, search=None), order, span)
    return sales(session, _statements(asking), values, order, span)


@lru_cache(MOST_STATEMENTS)
def _statements(asking: Asked) -> Sequence[Select[Any]]:
    wanted = OrderFilter(**asking.names)
    stated = _stated(wanted)
    # Orders of a state have an index of their own, those of all another one.
    which = wanted_of(Order, wanted, stated) if stated else wanted_of(Order, wanted, place=func.abs)
    return statements(described(OWNER), which, SORTS[asking.sort], goes_on=asking.goes_on)


def _searched(
    session: Session, organization_id: int, wanted: OrderFilter, order: Sort, span: Span
) -> Listed:
    which = [*conditions(Order, wanted), *_stated(wanted)]
    if wanted.connection is not None:
        which.append(Order.connection_id.in_(connections(organization_id, wanted)))
    seen = None if span.after is None else place(order, span.after)
    limit, text = length(span), wanted.search or ""
    found = named(organization_id, text, which, order, seen, limit + 1)
    query = joined(described(organization_id), found, order)
    return cut(session.execute(query).mappings().all(), order, limit)


def _stated(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    state = wanted.invoice_state
    return [] if state is None else [Order.invoice_state == state]


def described(organization_id: Any) -> Select[Any]:
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
