"""A location's business day in figures, and the days whose figures are out of date."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Owned, OwnedPart

Place = tuple[int, date]
"""Our id of a location, and a business date."""
# A day's orders may come to more than one of them can.
Sum = Annotated[Decimal, mapped_column(Numeric(24, 4))]


class LocationDay(Owned, Base):
    """What the orders of one business date came to, and the refunds and payments booked on it.

    Sales are of the orders of that date, voided ones left out, refunds not taken off. Refunds are
    those given on that date, whenever was sold. `due` = `net` + `tax` + `gratuities` + `deferred`
    is owed for that date's orders; it is `paid_before` that date (deposits), `paid_that_day`,
    `paid_after` or still `open`; `unexplained` is what is left, and must be nothing: neither in
    the sum nor of any order, of which `unexplained_orders` are those where it isn't. What is paid
    counts whether its order was voided or not: the till has it. `prepaid` is what was taken on
    that date for orders of later ones, `postpaid` for orders of earlier ones; `tips` came with
    whatever was taken on that date.

    Of `net` the house's `charges` are a part, of `gratuities` the `fundraising`, of `tax` the
    `marketplace_tax`.
    """

    __tablename__ = "location_days"
    __table_args__ = (
        UniqueConstraint("location_id", "business_date", "currency"),
        # As they are listed, and whose they are: of some places the others are passed over by it.
        Index(
            "ix_location_days_organization_id_date",
            *("organization_id", "business_date", "id"),
            postgresql_include=["location_id"],
        ),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    business_date: Mapped[date]
    currency: Mapped[Currency]
    orders: Mapped[int]
    checks: Mapped[int]
    guests: Mapped[int]
    net: Mapped[Sum]
    discounts: Mapped[Sum]
    charges: Mapped[Sum]
    gratuities: Mapped[Sum]
    fundraising: Mapped[Sum]
    tax: Mapped[Sum]
    marketplace_tax: Mapped[Sum]
    deferred: Mapped[Sum]
    due: Mapped[Sum]
    paid_before: Mapped[Sum]
    paid_that_day: Mapped[Sum]
    paid_after: Mapped[Sum]
    open: Mapped[Sum]
    unexplained: Mapped[Sum]
    tips: Mapped[Sum]
    prepaid: Mapped[Sum]
    postpaid: Mapped[Sum]
    refunded_net: Mapped[Sum]
    refunded_tax: Mapped[Sum]
    refunded_gratuities: Mapped[Sum]
    refunded_deferred: Mapped[Sum]
    refunded_tips: Mapped[Sum]
    voided_orders: Mapped[int]
    unexplained_orders: Mapped[int]
    counted_at: Mapped[Instant]


class StaleDay(OwnedPart, Base):
    """A note that something of a location's day changed: its figures are to be counted anew."""

    __tablename__ = "stale_days"
    __table_args__ = (Index("ix_stale_days_location_id", "location_id", "business_date"),)

    location_id: Mapped[int]
    business_date: Mapped[date]
