"""Days of locations summed up by month: what a roll-up over years is quick with."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Owned
from models.figures import Figures


class LocationMonth(Figures, Owned, Base):
    """The sums of a location's days of one month, kept in the transaction that counts a day.

    `month` is its first date, `days` how many there are; `counted_at` is of the one counted last.
    """

    __tablename__ = "location_months"
    __table_args__ = (
        UniqueConstraint("location_id", "month", "currency"),
        Index("ix_location_months_organization_id_month", "organization_id", "month"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    month: Mapped[date]
    currency: Mapped[Currency]
    days: Mapped[int]
