"""What an order is made of: lines, discounts, charges, taxes, payments, refunds."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, declared_attr

from models.base import Base, Instant, Money, OwnedPart, Quantity, Rate


class PartOfOrder(OwnedPart):
    """A row that is replaced together with its order.

    No foreign key: parts are written by `order_write` alone, in the order's own transaction, and
    PostgreSQL keeps the plan of such a check from when the table was nearly empty, so that a
    first import would read the whole order table once for every line.
    """

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Every part is found by its order."""
        return (Index(None, "order_id"),)

    order_id: Mapped[int]
    check_external_id: Mapped[str]
    position: Mapped[int]


class OrderLine(PartOfOrder, Base):
    """One thing sold, or a modifier of one; only lines without a parent add up."""

    __tablename__ = "order_lines"

    external_id: Mapped[str]
    parent_external_id: Mapped[str | None]
    item_external_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
    gross: Mapped[Money]
    amount: Mapped[Money]
    tax: Mapped[Money]
    tax_inclusion: Mapped[str | None]
    voided: Mapped[bool]
    deferred: Mapped[bool]


class OrderDiscount(PartOfOrder, Base):
    """A reduction, already contained in the line amounts."""

    __tablename__ = "order_discounts"

    external_id: Mapped[str]
    line_external_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str | None]
    amount: Mapped[Money]


class OrderCharge(PartOfOrder, Base):
    """A service charge; gratuities are charges that go to staff."""

    __tablename__ = "order_charges"

    external_id: Mapped[str]
    name: Mapped[str]
    category: Mapped[str]
    gratuity: Mapped[bool]
    amount: Mapped[Money]


class OrderTax(PartOfOrder, Base):
    """One rate applied to one line or charge, before rounding."""

    __tablename__ = "order_taxes"

    line_external_id: Mapped[str | None]
    charge_external_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    rate: Mapped[Rate | None]
    amount: Mapped[Rate]
    remitted_by_marketplace: Mapped[bool]


class Payment(PartOfOrder, Base):
    """One tender against an order. `counts` is false when it was voided or refused."""

    __tablename__ = "payments"

    external_id: Mapped[str]
    tender: Mapped[str]
    status: Mapped[str | None]
    card_type: Mapped[str | None]
    last_digits: Mapped[str | None]
    amount: Mapped[Money]
    tip: Mapped[Money]
    paid_at: Mapped[Instant | None]
    business_date: Mapped[date | None]
    counts: Mapped[bool]


class Refund(PartOfOrder, Base):
    """Money given back on a payment, booked on its own business date."""

    __tablename__ = "refunds"

    payment_external_id: Mapped[str]
    amount: Mapped[Money]
    tip_amount: Mapped[Money]
    refunded_at: Mapped[Instant | None]
    business_date: Mapped[date | None]


PARTS = (OrderLine, OrderDiscount, OrderCharge, OrderTax, Payment, Refund)
