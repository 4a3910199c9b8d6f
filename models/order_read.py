"""Reads stored orders back as records, parts included, a few queries for any number."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, load_only

from models.order import DUE, Order
from models.order_part import OrderCharge, OrderLine, OrderTax
from models.order_standing import Dates
from rules.records import ChargeRecord, LineRecord, OrderRecord, TaxRecord

Part = TypeVar("Part", LineRecord, ChargeRecord, TaxRecord)

# What an invoice needs of an order; the vendor's JSON is ten times as long.
_NEEDED = load_only(
    *(Order.organization_id, Order.connection_id, Order.location_id, Order.customer_id),
    *(Order.external_id, Order.version, Order.business_date, Order.currency, Order.net),
    *(Order.tax, Order.gratuities, Order.total, Order.correlation_id, Order.invoice_reason),
)
# In the order in which the readers below take them.
_LINE = (
    *(OrderLine.external_id, OrderLine.check_external_id, OrderLine.position, OrderLine.name),
    *(OrderLine.quantity, OrderLine.unit_price, OrderLine.gross, OrderLine.amount, OrderLine.tax),
    *(OrderLine.parent_external_id, OrderLine.item_external_id, OrderLine.kind),
    *(OrderLine.tax_inclusion, OrderLine.voided, OrderLine.deferred),
)
_CHARGE = (
    *(OrderCharge.external_id, OrderCharge.check_external_id, OrderCharge.name),
    *(OrderCharge.amount, OrderCharge.gratuity, OrderCharge.category, OrderCharge.position),
    OrderCharge.tax,
)
_TAX = (
    *(OrderTax.check_external_id, OrderTax.name, OrderTax.rate, OrderTax.amount),
    *(OrderTax.line_external_id, OrderTax.charge_external_id, OrderTax.kind),
    OrderTax.remitted_by_marketplace,
)


def _among(column: Any) -> ColumnElement[bool]:
    """One value for any number: a list would be put together anew for each length."""
    return column == any_(bindparam("ids", type_=ARRAY(BigInteger)))  # type: ignore[no-any-return]


def _parts(table: type[Any], columns: Sequence[Any]) -> Select[Any]:
    return select(table.order_id, *columns).where(_among(table.order_id)).order_by(table.id)


# Put together once: for an order that comes alone that costs as much as reading it.
_FREE = select(Order).where(Order.invoice_state == DUE).with_for_update(skip_locked=True)
_DUE = _FREE.where(_among(Order.id)).order_by(Order.id).options(_NEEDED)
_OWING = (
    _FREE.where(Order.connection_id == bindparam("connection_id"))
    .where(Order.business_date.between(bindparam("since"), bindparam("until")))
    .order_by(Order.business_date, Order.id)
    .limit(bindparam("limit"))
    .options(_NEEDED)
)
_UNSUSPECTED = _OWING.where(Order.invoice_reason.is_(None))
_LINES = _parts(OrderLine, _LINE)
_CHARGES = _parts(OrderCharge, _CHARGE)
_TAXES = _parts(OrderTax, _TAX)


def due_orders(session: Session, ids: Sequence[int]) -> list[Order]:
    """Those of `ids` that still owe an invoice, locked; what another transaction holds is left."""
    return list(session.scalars(_DUE, {"ids": list(ids)}))


def owing_orders(
    session: Session,
    connection_id: int,
    limit: int,
    dates: Dates,
    *,
    unsuspected: bool = False,
) -> list[Order]:
    """The first of a connection that owe an invoice, locked; others' are passed over.

    Of a span of business dates, both included, in the order of these, as an index has them;
    `unsuspected`, those over which no worker was lost.
    """
    since, until = dates
    asked = {"connection_id": connection_id, "since": since, "until": until, "limit": limit}
    return list(session.scalars(_UNSUSPECTED if unsuspected else _OWING, asked))


def sale_records(session: Session, orders: Sequence[Order]) -> list[OrderRecord]:
    """For each order what an invoice needs of it: lines, charges and taxes."""
    ids = [order.id for order in orders]
    lines = _by_order(session, LineRecord, _LINES, ids)
    charges = _by_order(session, ChargeRecord, _CHARGES, ids)
    taxes = _by_order(session, TaxRecord, _TAXES, ids)
    return [
        OrderRecord(
            external_id=order.external_id,
            version=order.version,
            location_id="",
            business_date=order.business_date,
            state="closed",
            lines=lines.get(order.id, ()),
            charges=charges.get(order.id, ()),
            taxes=taxes.get(order.id, ()),
        )
        for order in orders
    ]


def _by_order(
    session: Session, made: Callable[..., Part], parts: Select[Any], ids: Sequence[int]
) -> dict[int, list[Part]]:
    """Records by their order; made straight from rows, as objects of the table cost ten times."""
    found: dict[int, list[Part]] = {}
    for order_id, *values in session.execute(parts, {"ids": ids}):
        found.setdefault(order_id, []).append(made(*values))
    return found
