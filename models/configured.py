"""What is set up at a location and named on orders: dining options, tax rates, reasons."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned

# The kinds there are, in our words.
DINING_OPTION, REVENUE_CENTER, TAX_RATE = "dining option", "revenue center", "tax rate"
DISCOUNT, SERVICE_CHARGE, VOID_REASON = "discount", "service charge", "void reason"
PAYMENT_TYPE = "payment type"


class Configured(Owned, Base):
    """One thing that is set up. One that is gone (`removed_at`) keeps its name for old orders."""

    __tablename__ = "configured"
    __table_args__ = (
        UniqueConstraint("location_id", "kind", "external_id"),
        Index("ix_configured_place", "organization_id", "location_id", "kind", "external_id"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    kind: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    listed_at: Mapped[Instant]
    removed_at: Mapped[Instant | None]
