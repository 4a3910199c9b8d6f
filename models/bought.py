"""What customers bought: each bill that names one, and orders whose bills name nobody.

So each guest of an order that was split is told of its own bills. Platforms without bills say who
bought an order.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    func,
    select,
    union_all,
)

from models.customer import Customer
from models.order import Order
from models.order_part import OrderCheck, OrderLine, Refund

_SOLD = and_(~Order.voided, ~Order.deleted, Order.not_sale_reason.is_(None))
_ORDER = (
    *(Customer.id.label("customer_id"), Customer.person_id, Order.id.label("order_id")),
    *(Order.business_date, Order.location_id, Order.currency),
)


def bought(*which: ColumnElement[bool]) -> Subquery:
    """Purchases of the customers that `which` says, a row each.

    Columns: `customer_id`, `person_id`, `order_id`, `business_date`, `location_id`, `currency`,
    `sold` (it was neither voided nor merged away nor no sale), `total`, `refunded`.
    """
    return union_all(_bills(which), _orders(which)).subquery("bought")


def _bills(which: tuple[ColumnElement[bool], ...]) -> Any:
    of_bill = (Refund.order_id == OrderCheck.order_id) & (
        Refund.check_external_id == OrderCheck.check_external_id
    )
    refunded = select(func.coalesce(func.sum(Refund.amount), 0)).where(of_bill).scalar_subquery()
    return (
        select(
            *_ORDER,
            and_(_SOLD, ~OrderCheck.voided).label("sold"),
            (OrderCheck.due - _where(Order.deferred, _deferred())).label("total"),
            _where(Order.refunded, refunded).label("refunded"),
        )
        .join(OrderCheck, OrderCheck.customer_external_id == Customer.external_id)
        .join(
            Order,
            and_(Order.id == OrderCheck.order_id, Order.connection_id == Customer.connection_id),
        )
        .where(*which, ~OrderCheck.deleted)
    )


def _where(of_order: SQLColumnExpression[Any], of_bill: ScalarSelect[Any]) -> ColumnElement[Any]:
    """A bill's part of what few orders have."""
    return case((of_order != 0, of_bill), else_=0)


def _deferred() -> ScalarSelect[Any]:
    """What of a bill is no sale now: gift cards."""
    return (
        select(func.coalesce(func.sum(OrderLine.amount + OrderLine.tax), 0))
        .where(
            OrderLine.order_id == OrderCheck.order_id,
            OrderLine.check_external_id == OrderCheck.check_external_id,
            *(OrderLine.deferred, OrderLine.parent_external_id.is_(None), ~OrderLine.voided),
        )
        .scalar_subquery()
    )


def _orders(which: tuple[ColumnElement[bool], ...]) -> Any:
    named = select(OrderCheck.order_id).where(
        OrderCheck.order_id == Order.id,
        OrderCheck.customer_external_id.is_not(None),
        ~OrderCheck.deleted,
    )
    return (
        select(*_ORDER, _SOLD.label("sold"), Order.total, Order.refunded)
        .join(Order, Order.customer_id == Customer.id)
        .where(*which, ~named.exists())
    )
