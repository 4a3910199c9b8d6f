"""How much of each item a location has, and how that changed."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, OwnedPart, Quantity

IN_STOCK, LOW, OUT = "in stock", "low", "out of stock"
STATUSES = (OUT, LOW, IN_STOCK)


class StockLevel(Owned, Base):
    """One item at one location as of `version`. An item without a row is in stock.

    `status` is one of ours, or what the platform said if that isn't known.

    `changed_at` is since when it stands so; None while nothing else was ever told. `told_at` are
    the instants since then of which deliveries told the same. `listed_at` is of the last listing
    that held it though it couldn't be read.
    """

    __tablename__ = "stock_levels"
    __table_args__ = (
        UniqueConstraint("location_id", "item_external_id"),
        Index("ix_stock_levels_status", "organization_id", "status", "location_id", "id"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    item_external_id: Mapped[str]
    shared_external_id: Mapped[str | None]
    status: Mapped[str]
    quantity: Mapped[Quantity | None]
    version: Mapped[Instant]
    changed_at: Mapped[Instant | None]
    told_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    listed_at: Mapped[Instant | None]


class StockChange(OwnedPart, Base):
    """What an item's stock became at `at`, by the platform's clock; told by `source`.

    `before_at` is when the state before was last told, None when nobody spoke of the item before;
    `before_told_at` are the instants of which deliveries told that state again.
    """

    __tablename__ = "stock_changes"
    __table_args__ = (
        Index("ix_stock_changes_location_id_item", "location_id", "item_external_id", "at"),
        Index("ix_stock_changes_at", "organization_id", "at", "id"),
    )

    location_id: Mapped[int]
    item_external_id: Mapped[str]
    status: Mapped[str]
    quantity: Mapped[Quantity | None]
    status_before: Mapped[str | None]
    quantity_before: Mapped[Quantity | None]
    before_at: Mapped[Instant | None]
    before_told_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    at: Mapped[Instant]
    source: Mapped[str]
