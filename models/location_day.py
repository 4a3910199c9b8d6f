"""A location's business day in figures, and the days whose figures are out of date."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Money, Owned, OwnedPart


class LocationDay(Owned, Base):
    """What the orders of one business date came to, and the refunds and payments booked on it.

    Sales are of the orders of that date, voided ones left out, refunds not taken off. Refunds are
    those given on that date, whenever was sold. `due` = `net` + `tax` + `gratuities` + `deferred`
    is owed for that date's orders; it is `paid_before` that date (deposits), `paid_that_day`,
    `paid_after` or still `open`; `unexplained` is what is left, and must be nothing. `prepaid` is
    what was taken on that date for orders of later ones.
    """

    __tablename__ = "location_days"
    __table_args__ = (
        UniqueConstraint("location_id", "business_date", "currency"),
        Index("ix_location_days_organization_id_date", "organization_id", "business_date"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    business_date: Mapped[date]
    currency: Mapped[Currency]
    orders: Mapped[int]
    checks: Mapped[int]
    guests: Mapped[int]
    net: Mapped[Money]
    discounts: Mapped[Money]
    charges: Mapped[Money]
    gratuities: Mapped[Money]
    fundraising: Mapped[Money]
    tax: Mapped[Money]
    marketplace_tax: Mapped[Money]
    deferred: Mapped[Money]
    due: Mapped[Money]
    paid_before: Mapped[Money]
    paid_that_day: Mapped[Money]
    paid_after: Mapped[Money]
    open: Mapped[Money]
    unexplained: Mapped[Money]
    tips: Mapped[Money]
    prepaid: Mapped[Money]
    refunded_net: Mapped[Money]
    refunded_tax: Mapped[Money]
    refunded_gratuities: Mapped[Money]
    refunded_deferred: Mapped[Money]
    refunded_tips: Mapped[Money]
    voided_orders: Mapped[int]
    counted_at: Mapped[Instant]


class StaleDay(OwnedPart, Base):
    """A note that something of a location's day changed: its figures are to be counted anew."""

    __tablename__ = "stale_days"
    __table_args__ = (Index("ix_stale_days_location_id", "location_id", "business_date"),)

    location_id: Mapped[int]
    business_date: Mapped[date]
