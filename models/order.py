"""An order as it stands now, the totals read from it, and the vendor's record beside them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Money, Owned

# What an order's invoice stands at.
NOT_DUE = "not due"
DUE = "due"
ISSUED = "issued"
CHANGED = "changed after issue"
NOT_NEEDED = "not needed"
PARKED = "parked"


class Order(Owned, Base):
    """One POS order. `version` orders copies of it: newer wins, equal replaces, older is ignored.

    Customer and reference have versions of their own: the newest copy that told them.
    Totals are ours, computed from the lines: `net` excludes tax, gratuity and tips.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_orders_organization_id_business_date", "organization_id", "business_date", "id"),
        Index("ix_orders_organization_id_id", "organization_id", "id"),
        Index("ix_orders_invoice_due", "id", postgresql_where=text("invoice_state = 'due'")),
        Index("ix_orders_display_number", "organization_id", "display_number"),
        # Most orders are invoiced or need none; the list of those that aren't must not walk past.
        Index(
            "ix_orders_unsettled",
            "organization_id",
            "invoice_state",
            "business_date",
            "id",
            postgresql_where=text("invoice_state NOT IN ('issued', 'not needed')"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    external_id: Mapped[str]
    version: Mapped[Instant]
    fingerprint: Mapped[str]
    partial: Mapped[bool]
    external_reference: Mapped[str | None]
    display_number: Mapped[str | None]
    source: Mapped[str | None]
    approval: Mapped[str | None]
    state: Mapped[str]
    voided: Mapped[bool]
    deleted: Mapped[bool]
    not_sale_reason: Mapped[str | None]
    guests: Mapped[int | None]
    business_date: Mapped[date]
    opened_at: Mapped[Instant | None]
    paid_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    promised_at: Mapped[Instant | None]
    currency: Mapped[Currency]
    net: Mapped[Money]
    discounts: Mapped[Money]
    charges: Mapped[Money]
    gratuities: Mapped[Money]
    tax: Mapped[Money]
    total: Mapped[Money]
    tips: Mapped[Money]
    paid: Mapped[Money]
    refunded: Mapped[Money]
    invoice_state: Mapped[str]
    invoice_reason: Mapped[str | None]
    invoice_queued_at: Mapped[Instant | None]
    vendor: Mapped[str]
    correlation_id: Mapped[str]
    first_seen_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    applied_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    customer_id_version: Mapped[Instant | None]
    external_reference_version: Mapped[Instant | None]
