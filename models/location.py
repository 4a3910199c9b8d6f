"""One till site of a connection."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Owned, Stamped


class Location(Owned, Stamped, Base):
    """A restaurant or outlet: its zone, its currency, the hour its business day ends.

    `archived` means that it isn't read any more; `removed_at` is since when the platform no longer
    lists it. `taking_orders` is None until the platform told, and while what it told isn't known:
    `taking_orders_reason` has it then. `facts_version` moves whenever what is known of the place
    does: menu, configuration, the facts above. An item without a stock level was in stock as of
    `stock_listed_at`.
    """

    __tablename__ = "locations"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_locations_organization_id_name", "organization_id", "name", "id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str]
    currency: Mapped[Currency]
    closeout_hour: Mapped[int]
    group_external_id: Mapped[str | None]
    archived: Mapped[bool] = mapped_column(default=False)
    brand: Mapped[str | None]
    country: Mapped[str | None]
    removed_at: Mapped[Instant | None]
    taking_orders: Mapped[bool | None]
    taking_orders_reason: Mapped[str | None]
    taking_orders_version: Mapped[Instant | None]
    stock_listed_at: Mapped[Instant | None]
    facts_version: Mapped[int] = mapped_column(default=0, server_default="0")
