"""An order as it stands now, the totals read from it, and the vendor's record beside them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Money, Owned

# What an order's invoice stands at.
NOT_DUE = "not due"
DUE = "due"
ISSUED = "issued"
CHANGED = "changed after issue"
NOT_NEEDED = "not needed"
PARKED = "parked"
STATES = (DUE, ISSUED, CHANGED, NOT_DUE, NOT_NEEDED, PARKED)

_BY_DATE = ("business_date", "id")
_BY_STATE = ("invoice_state", *_BY_DATE)


class Order(Owned, Base):
    """One POS order. `version` orders copies of it: newer wins, equal replaces, older is ignored.

    Customer and reference have versions of their own: the newest copy that told them.
    Totals are ours, computed from the lines: `net` excludes tax, gratuity and tips.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        # Lists merge the ends of these, connection by connection or at one location, so that a
        # place or a state that is rare is found as soon as any other.
        Index("ix_orders_connection_id_id", "connection_id", "id"),
        Index("ix_orders_connection_id_state", "connection_id", *_BY_STATE),
        Index("ix_orders_location_id_state", "location_id", *_BY_STATE),
        # Taken only by those who say `abs` of the place. Said plainly, the planner would also take
        # one to find orders of a state, and walk past all others. The place itself is included,
        # or the planner wouldn't see that the index alone answers.
        Index(
            "ix_orders_connection_id_date",
            text("abs(connection_id)"),
            *_BY_DATE,
            postgresql_include=["connection_id"],
        ),
        Index(
            "ix_orders_location_id_date",
            text("abs(location_id)"),
            *_BY_DATE,
            postgresql_include=["location_id"],
        ),
        Index("ix_orders_invoice_due", "id", postgresql_where=text("invoice_state = 'due'")),
        Index(
            "ix_orders_display_number", "organization_id", "display_number", "business_date", "id"
        ),
        Index(
            "ix_orders_customer_id",
            *("customer_id", *_BY_DATE),
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        CheckConstraint(f"invoice_state IN {STATES}", name="invoice_state"),
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
    # Unused: the next release drops it.
    invoice_queued_at: Mapped[Instant | None]
    vendor: Mapped[str]
    correlation_id: Mapped[str]
    first_seen_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    applied_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    void_business_date: Mapped[date | None]
    dining_option_external_id: Mapped[str | None]
    revenue_center_external_id: Mapped[str | None]
    service_external_id: Mapped[str | None]
    area_external_id: Mapped[str | None]
    table_external_id: Mapped[str | None]
    server_external_id: Mapped[str | None]
    channel_external_id: Mapped[str | None]
    # Of `gratuities`, what goes to a cause; of `tax`, what the marketplace remits by itself.
    fundraising: Mapped[Money | None]
    marketplace_tax: Mapped[Money | None]
    # Taken for what is sold later or was sold before: gift cards, house accounts.
    deferred: Mapped[Money | None]
    customer_id_version: Mapped[Instant | None]
    external_reference_version: Mapped[Instant | None]
