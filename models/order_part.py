"""What an order is made of: lines, discounts, charges, taxes, payments, refunds."""

from datetime import date

from sqlalchemy import Index, text
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


class OrderCheck(PartOfOrder, Base):
    """One bill of an order.

    `stated_amount` and `stated_tax` are the platform's; `due` is what ours come to with tax and
    gratuities, `paid` what was paid of it without tips, `rounding` what these are off by, if that
    is no more than a minor unit of a settled one; it `ties` where ours are what is stated. Whose it
    is is what the newest copy that told it says, with that one's version.
    """

    __tablename__ = "order_checks"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Found by its order, and by whose it is."""
        named = text("customer_external_id IS NOT NULL")
        return Index(None, "order_id"), Index(
            None, "customer_external_id", "order_id", postgresql_where=named
        )

    status: Mapped[str | None]
    settled: Mapped[bool]
    display_number: Mapped[str | None]
    tab: Mapped[str | None]
    voided: Mapped[bool]
    deleted: Mapped[bool]
    void_business_date: Mapped[date | None]
    tax_exempt: Mapped[bool]
    stated_amount: Mapped[Money | None]
    stated_tax: Mapped[Money | None]
    amount: Mapped[Money]
    due: Mapped[Money]
    paid: Mapped[Money]
    rounding: Mapped[Money]
    ties: Mapped[bool]
    paid_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    customer_external_id: Mapped[str | None]
    customer_external_id_version: Mapped[Instant | None]


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
    group_external_id: Mapped[str | None]
    category_external_id: Mapped[str | None]
    void_business_date: Mapped[date | None]
    void_reason_external_id: Mapped[str | None]
    refunded: Mapped[Money | None]
    refunded_tax: Mapped[Money | None]


class OrderDiscount(PartOfOrder, Base):
    """A reduction, already contained in the line amounts."""

    __tablename__ = "order_discounts"

    external_id: Mapped[str]
    line_external_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str | None]
    amount: Mapped[Money]
    configured_external_id: Mapped[str | None]


class OrderCharge(PartOfOrder, Base):
    """A service charge; gratuities are charges that go to staff."""

    __tablename__ = "order_charges"

    external_id: Mapped[str]
    name: Mapped[str]
    category: Mapped[str]
    gratuity: Mapped[bool]
    amount: Mapped[Money]
    tax: Mapped[Money | None]
    configured_external_id: Mapped[str | None]
    refunded: Mapped[Money | None]
    refunded_tax: Mapped[Money | None]


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
    configured_external_id: Mapped[str | None]


class Payment(PartOfOrder, Base):
    """One tender against an order. `counts` is false when it was voided or refused.

    `location_id` is its order's: a day of a place is found by it.
    """

    __tablename__ = "payments"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Found by its order, and by where and when it was taken."""
        return Index(None, "order_id"), Index(None, "location_id", "business_date")

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
    location_id: Mapped[int | None]
    void_business_date: Mapped[date | None]
    void_reason_external_id: Mapped[str | None]
    card_entry: Mapped[str | None]
    tendered: Mapped[Money | None]
    fee: Mapped[Money | None]
    alternate_type_external_id: Mapped[str | None]
    house_account_external_id: Mapped[str | None]
    drawer_external_id: Mapped[str | None]


class Refund(PartOfOrder, Base):
    """Money given back on a payment, booked on its own business date.

    `net`, `tax`, `gratuities` and `deferred` add up to `amount`; of `tax` the marketplace remits
    `marketplace_tax`. Where the platform doesn't say what was given back (not `itemized`), all of
    it is `net`, as it books that itself.
    """

    __tablename__ = "refunds"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Found by its order, and by where and when it was given."""
        return Index(None, "order_id"), Index(None, "location_id", "business_date")

    payment_external_id: Mapped[str]
    amount: Mapped[Money]
    tip_amount: Mapped[Money]
    refunded_at: Mapped[Instant | None]
    business_date: Mapped[date | None]
    location_id: Mapped[int | None]
    external_id: Mapped[str | None]
    net: Mapped[Money | None]
    tax: Mapped[Money | None]
    marketplace_tax: Mapped[Money | None]
    gratuities: Mapped[Money | None]
    deferred: Mapped[Money | None]
    itemized: Mapped[bool | None]


PARTS = (OrderCheck, OrderLine, OrderDiscount, OrderCharge, OrderTax, Payment, Refund)
