"""Cash that went into or out of a location's drawers, or to the bank."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Money, Owned


class CashEntry(Owned, Base):
    """An entry, or a deposit (`kind`). `amount` is signed as the platform signs it.

    `undoes_external_id` names the one that it takes back, maybe of another business date.
    """

    __tablename__ = "cash_entries"
    __table_args__ = (
        UniqueConstraint("location_id", "kind", "external_id"),
        Index("ix_cash_entries_location_id_date", "location_id", "business_date", "id"),
        Index("ix_cash_entries_organization_id_date", "organization_id", "business_date", "id"),
        Index(
            "ix_cash_entries_undoes",
            "location_id",
            "undoes_external_id",
            postgresql_where=text("undoes_external_id IS NOT NULL"),
        ),
    )

    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    kind: Mapped[str]
    external_id: Mapped[str]
    business_date: Mapped[date]
    amount: Mapped[Money]
    type: Mapped[str | None]
    reason: Mapped[str | None]
    at: Mapped[Instant | None]
    drawer_external_id: Mapped[str | None]
    reason_external_id: Mapped[str | None]
    undoes_external_id: Mapped[str | None]
    read_at: Mapped[Instant]
