"""A pull and its slices: what was asked for, how far it is, what came of it."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped

DELTA = "delta"
HISTORY = "history"

PLANNED = "planned"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
# It goes on by itself: after what passes, or without an error when it only made room for others.
WAITING = "waiting"


class Counted:
    """Rows read from the platform, and what became of them."""

    rows_read: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_written: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_skipped: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_parked: Mapped[int] = mapped_column(default=0, server_default="0")


class SyncRun(Owned, Stamped, Counted, Base):
    """One delta of a stream and location, or one import over a span of dates (both included)."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        Index("ix_sync_runs_connection_id_id", "connection_id", "id"),
        Index(
            "ix_sync_runs_unfinished",
            "connection_id",
            postgresql_where=text("finished_at IS NULL"),
        ),
        # Nearly all are done; the list of those that failed must not walk past them.
        Index(
            "ix_sync_runs_not_done",
            "connection_id",
            "id",
            postgresql_where=text("status <> 'done'"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    stream: Mapped[str]
    location_external_id: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=RUNNING)
    since: Mapped[date | None]
    until: Mapped[date | None]
    started_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    next_step: Mapped[str | None]
    correlation_id: Mapped[str]


class Slice(Owned, Counted, Base):
    """One window of an import: small enough to finish in seconds, resumable by page."""

    __tablename__ = "sync_slices"
    __table_args__ = (
        UniqueConstraint("run_id", "stream", "location_external_id", "start_at", "mode"),
        Index(
            "ix_sync_slices_unfinished",
            "next_attempt_at",
            postgresql_where=text("status <> 'done'"),
        ),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("sync_runs.id", ondelete="CASCADE"))
    stream: Mapped[str]
    location_external_id: Mapped[str]
    start_at: Mapped[Instant]
    end_at: Mapped[Instant]
    mode: Mapped[str] = mapped_column(default="")
    resume: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(default=PLANNED)
    next_attempt_at: Mapped[Instant]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    lease: Mapped[int] = mapped_column(default=0, server_default="0")
    leased_until: Mapped[Instant | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    next_step: Mapped[str | None]
