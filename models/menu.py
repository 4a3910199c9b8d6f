"""What each location offers."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Money, Owned


class Menu(Owned, Base):
    """A location's menus as published at `version`: groups, items and modifiers by reference.

    Nothing is published any more since `withdrawn_at`; these were what was last.
    """

    __tablename__ = "menus"
    __table_args__ = (UniqueConstraint("location_id"),)

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    version: Mapped[Instant]
    fingerprint: Mapped[str]
    tree: Mapped[dict[str, Any]]
    read_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]


class MenuItem(Owned, Base):
    """An item or an option of a location's menu, or one that no longer is on it (`removed_at`)."""

    __tablename__ = "menu_items"
    __table_args__ = (
        UniqueConstraint("location_id", "external_id"),
        Index("ix_menu_items_place", "organization_id", "location_id", "external_id"),
        Index("ix_menu_items_shared", "organization_id", "shared_external_id"),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    shared_external_id: Mapped[str | None]
    kind: Mapped[str]
    name: Mapped[str]
    path: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    price: Mapped[Money | None]
    pricing: Mapped[str | None]
    tax_inclusion: Mapped[str | None]
    tax_external_ids: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    category: Mapped[str | None]
    category_external_id: Mapped[str | None]
    plu: Mapped[str | None]
    sku: Mapped[str | None]
    deferred: Mapped[bool]
    removed_at: Mapped[Instant | None]
