"""Lists orders: filtered, sorted, a page at a time, one query a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import CHANGED, DUE, ISSUED, NOT_DUE, NOT_NEEDED, PARKED, Order
from models.paging import FIRST, Listed, Span, page
from models.sale_list import SaleFilter, conditions, sorts

# All of an order but the vendor's record, which is longer than everything else together.
COLUMNS = tuple(c for c in inspect(Order).columns if c.key not in {"vendor", "fingerprint"})

STATES = (DUE, ISSUED, CHANGED, NOT_DUE, NOT_NEEDED, PARKED)
SORTS = sorts(Order)
# As much of a platform's id as pages show where there is no number.
_PART_OF_ID = 8
# Sorts behind the rest of any id, whatever the database's locale, which LIKE alone walks past.
_LAST = "z" * 40


@dataclass(frozen=True, slots=True)
class OrderFilter(SaleFilter):
    """Which orders. `search` is a display number, or how the platform's id begins; see `_named`."""

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
    query = described(organization_id).where(*conditions(Order, wanted))
    if wanted.invoice_state is not None:
        query = query.where(Order.invoice_state == wanted.invoice_state)
    if wanted.search:
        query = query.where(Order.id.in_(_named(organization_id, wanted.search)))
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


def _named(organization_id: int, text: str) -> Any:
    """Ids of orders called `text`, with a `#` or not: two index look-ups, not a walk of the list.

    That is a whole display number, or the platform's id, or eight of its first characters or more.
    """
    bare = text.removeprefix("#")
    is_its_id = Order.external_id == bare
    if len(bare) >= _PART_OF_ID:
        begins = Order.external_id.startswith(bare, autoescape=True)
        is_its_id = and_(begins, Order.external_id.between(bare, bare + _LAST))
    ours = select(Connection.id).where(Connection.organization_id == organization_id)
    by_id = select(Order.id).where(Order.connection_id.in_(ours), is_its_id)
    by_number = select(Order.id).where(
        Order.organization_id == organization_id, Order.display_number.in_({text, bare})
    )
    return by_id.union(by_number)
