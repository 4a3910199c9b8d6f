"""One till site of a connection."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Owned, Stamped


class Location(Owned, Stamped, Base):
    """A restaurant or outlet: its zone, its currency, the hour its business day ends."""

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
