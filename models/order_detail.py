"""One order with everything it is made of: a query a table, whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, inspect, select
from sqlalchemy.orm import Session

from models.customer import Customer
from models.event_list import events_of_record
from models.order import Order
from models.order_list import described
from models.order_part import (
    OrderCharge,
    OrderDiscount,
    OrderLine,
    OrderTax,
    PartOfOrder,
    Payment,
    Refund,
)

Part = Mapping[str, Any]


@dataclass(frozen=True)
class OrderDetail:
    """An order, its parts in order, who bought, and the deliveries that were about it.

    Each part carries its order's `currency`. `children` are a line's modifiers by its id.
    """

    order: RowMapping
    customer: RowMapping | None
    lines: Sequence[Part]
    discounts: Sequence[Part]
    charges: Sequence[Part]
    taxes: Sequence[Part]
    payments: Sequence[Part]
    refunds: Sequence[Part]
    events: Sequence[RowMapping] = field(default_factory=tuple)

    @property
    def children(self) -> dict[str | None, list[Part]]:
        """Lines by the line they hang on; under None those that hang on no line of this order."""
        ours = {line["external_id"] for line in self.lines}
        found: dict[str | None, list[Part]] = {}
        for line in self.lines:
            parent = line["parent_external_id"]
            found.setdefault(parent if parent in ours else None, []).append(line)
        return found


def order_detail(session: Session, organization_id: int, order_id: int) -> OrderDetail | None:
    """A merchant's order; None when it has none of that id."""
    query = described(organization_id).add_columns(Order.vendor).where(Order.id == order_id)
    order = session.execute(query).mappings().first()
    if order is None:
        return None
    return OrderDetail(
        order=order,
        customer=_customer(session, organization_id, order["customer_id"]),
        lines=_parts(session, order, OrderLine),
        discounts=_parts(session, order, OrderDiscount),
        charges=_parts(session, order, OrderCharge),
        taxes=_parts(session, order, OrderTax),
        payments=_parts(session, order, Payment),
        refunds=_parts(session, order, Refund),
        events=events_of_record(
            session, organization_id, order["connection_id"], order["external_id"]
        ),
    )


def _parts(session: Session, order: RowMapping, part: type[PartOfOrder]) -> list[Part]:
    query = (
        select(*inspect(part).columns)
        .where(part.order_id == order["id"], part.organization_id == order["organization_id"])
        .order_by(part.id)
    )
    currency = order["currency"]
    return [{**row, "currency": currency} for row in session.execute(query).mappings()]


def _customer(session: Session, organization_id: int, customer_id: int | None) -> RowMapping | None:
    if customer_id is None:
        return None
    query = select(*inspect(Customer).columns).where(
        Customer.organization_id == organization_id, Customer.id == customer_id
    )
    return session.execute(query).mappings().first()
