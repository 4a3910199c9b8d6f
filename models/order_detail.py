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
    OrderCheck,
    OrderDiscount,
    OrderLine,
    OrderTax,
    PartOfOrder,
    Payment,
    Refund,
)
from rules.records import ZERO

Part = Mapping[str, Any]


@dataclass(frozen=True)
class OrderDetail:
    """An order, its parts in order, who bought, and the deliveries that were about it.

    Each part carries its order's `currency`. `children` are a line's modifiers by its id. A check
    also has the `tax` and `gratuities` that its parts come to, all zero once it is `gone`, and the
    `customer` whose it is.
    """

    order: RowMapping
    customer: RowMapping | None
    checks: Sequence[Part]
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
    charges = _parts(session, order, OrderCharge)
    checks = _parts(session, order, OrderCheck)
    guests = _guests(session, order, [x["customer_external_id"] for x in checks])
    return OrderDetail(
        order=order,
        customer=_customer(session, organization_id, order["customer_id"]),
        checks=[
            {**_summed(x, order, charges), "customer": guests.get(x["customer_external_id"])}
            for x in checks
        ],
        lines=_parts(session, order, OrderLine),
        discounts=_parts(session, order, OrderDiscount),
        charges=charges,
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


def _summed(check: Part, order: RowMapping, charges: Sequence[Part]) -> Part:
    """A check with what its stored sums leave for tax once its gratuities are known."""
    gone = check["voided"] or check["deleted"] or order["voided"] or order["deleted"]
    named = check["check_external_id"]
    staff = (x["amount"] for x in charges if x["gratuity"] and x["check_external_id"] == named)
    gratuities = ZERO if gone else sum(staff, ZERO)
    tax = check["due"] - check["amount"] - gratuities
    return {**check, "gone": gone, "gratuities": gratuities, "tax": tax}


def _guests(
    session: Session, order: RowMapping, named: Sequence[str | None]
) -> dict[str | None, RowMapping]:
    """Whom the checks name, by the platform's id of them."""
    told = [each for each in named if each is not None]
    if not told:
        return {}
    query = select(*inspect(Customer).columns).where(
        Customer.organization_id == order["organization_id"],
        Customer.connection_id == order["connection_id"],
        Customer.external_id.in_(told),
    )
    return {row["external_id"]: row for row in session.execute(query).mappings()}


def _customer(session: Session, organization_id: int, customer_id: int | None) -> RowMapping | None:
    if customer_id is None:
        return None
    query = select(*inspect(Customer).columns).where(
        Customer.organization_id == organization_id, Customer.id == customer_id
    )
    return session.execute(query).mappings().first()
