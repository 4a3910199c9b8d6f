"""The inbox: one row a delivery, raw, once. The table is the truth; the queue is a hint."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Raw

PENDING = "pending"
DONE = "done"
PARKED = "parked"


class InboxEvent(Owned, Base):
    """A webhook as it came in. Unique per connection and delivery, whatever comes twice."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        UniqueConstraint("connection_id", "delivery_id"),
        # These indexes hold only rows somebody still has to look at, so they stay small.
        Index(
            "ix_inbox_events_pending",
            "connection_id",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_inbox_events_parked",
            "connection_id",
            "id",
            postgresql_where=text("state = 'parked'"),
        ),
        Index(
            "ix_inbox_events_suspect",
            "connection_id",
            "id",
            postgresql_where=text("state = 'pending' AND losses > 0"),
        ),
        Index("ix_inbox_events_received_at", "received_at"),
        Index("ix_inbox_events_record", "connection_id", "record_external_id"),
        Index("ix_inbox_events_connection_id_id", "connection_id", "id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    delivery_id: Mapped[str]
    event_type: Mapped[str]
    headers: Mapped[dict[str, Any]]
    body: Mapped[Raw]
    correlation_id: Mapped[str]
    received_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(default=PENDING, server_default=PENDING)
    # Since it was last replayed, if ever.
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # Tries begun that nobody ended: their worker died. Counted only once one did.
    losses: Mapped[int] = mapped_column(default=0, server_default="0")
    next_attempt_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    handled_at: Mapped[Instant | None]
    # Last put back in line; what is told of its handling is told from then on.
    replayed_at: Mapped[Instant | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    next_step: Mapped[str | None]
    record_external_id: Mapped[str | None]
