"""A pull and its slices: what was asked for, how far it is, what came of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Instant, Owned, Stamped

DELTA = "delta"
HISTORY = "history"

PLANNED = "planned"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
# It goes on by itself: after what passes, or without an error when it only made room for others.
WAITING = "waiting"
# The platform doesn't grant it, and it is no sale: all else goes on, and it is tried by the hour.
LEFT_OUT = "left out"


_QUIET = f"kind = '{DELTA}' AND status = '{DONE}' AND rows_read = 0"


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
        # Two by which they are forgotten: those that found nothing, which are nearly all, soon.
        Index("ix_sync_runs_finished_at", "finished_at"),
        Index("ix_sync_runs_quiet", "finished_at", postgresql_where=text(_QUIET)),
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


def prune(session: Session, before: datetime, quiet_before: datetime, limit: int) -> int:
    """Forget what ended before `before`, and deltas that found nothing sooner; at most `limit`."""
    gone = session.execute(
        text(
            "DELETE FROM sync_runs WHERE id IN ("
            f"(SELECT id FROM sync_runs WHERE {_QUIET} AND finished_at < :quiet_before"
            " ORDER BY finished_at LIMIT :limit) UNION ALL "
            "(SELECT id FROM sync_runs WHERE finished_at < :before"
            " ORDER BY finished_at LIMIT :limit))"
        ),
        {"before": before, "quiet_before": quiet_before, "limit": limit},
    )
    return int(getattr(gone, "rowcount", 0))


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
