"""How much of each item a location has, and how that changed."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, OwnedPart, Quantity

IN_STOCK, LOW, OUT = "in stock", "low", "out of stock"
STATUSES = (OUT, LOW, IN_STOCK)


class StockLevel(Owned, Base):
    """One item at one location as of `version`. An item without a row is in stock."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        UniqueConstraint("location_id", "item_external_id"),
        Index("ix_stock_levels_status", "organization_id", "status", "id"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    item_external_id: Mapped[str]
    shared_external_id: Mapped[str | None]
    status: Mapped[str]
    quantity: Mapped[Quantity | None]
    version: Mapped[Instant]
    changed_at: Mapped[Instant]


class StockChange(OwnedPart, Base):
    """What an item's stock became at `at`, by the platform's clock; told by `source`."""

    __tablename__ = "stock_changes"
    __table_args__ = (
        Index("ix_stock_changes_location_id_item", "location_id", "item_external_id", "id"),
        Index("ix_stock_changes_at", "organization_id", "at", "id"),
    )

    location_id: Mapped[int]
    item_external_id: Mapped[str]
    status: Mapped[str]
    quantity: Mapped[Quantity | None]
    status_before: Mapped[str | None]
    quantity_before: Mapped[Quantity | None]
    at: Mapped[Instant]
    source: Mapped[str]
