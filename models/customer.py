"""Who bought, as a platform says."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned, Stamped


class Customer(Owned, Stamped, Base):
    """A guest or buyer of one connection."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_customers_organization_id_id", "organization_id", "id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
