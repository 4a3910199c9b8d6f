"""Records a pull brought that can't be understood: kept with the reason, not in anybody's way."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Raw


class ParkedRecord(Owned, Base):
    """One record of a stream as it came, and why it couldn't be stored."""

    __tablename__ = "parked_records"
    __table_args__ = (
        UniqueConstraint("connection_id", "stream", "external_id"),
        Index("ix_parked_records_connection_id_id", "connection_id", "id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    stream: Mapped[str]
    location_external_id: Mapped[str]
    external_id: Mapped[str]
    body: Mapped[Raw]
    error_code: Mapped[str]
    error: Mapped[str]
    next_step: Mapped[str]
    parked_at: Mapped[Instant] = mapped_column(server_default=func.now())
