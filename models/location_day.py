"""A location's business day in figures, and the days whose figures are out of date."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Owned, OwnedPart
from models.figures import Figures

Place = tuple[int, date]
"""Our id of a location, and a business date."""


class LocationDay(Figures, Owned, Base):
    """What the orders of one business date came to, and the refunds and payments booked on it."""

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


class StaleDay(OwnedPart, Base):
    """A note that something of a location's day changed: its figures are to be counted anew."""

    __tablename__ = "stale_days"
    __table_args__ = (Index("ix_stale_days_location_id", "location_id", "business_date"),)

    location_id: Mapped[int]
    business_date: Mapped[date]
