"""The timetable's memory: each slot of each job runs once, however many beats there are.

Slots are the database's hours: hosts may disagree about the time, and there is one of it.
"""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import set_back
from models.base import Base, Instant


class JobSlot(Base):
    """One run of a scheduled job. Of the installation, not of an organization."""

    __tablename__ = "job_slots"
    __table_args__ = (Index("ix_job_slots_scheduled_for", "scheduled_for"),)

    job: Mapped[str] = mapped_column(primary_key=True)
    scheduled_for: Mapped[Instant] = mapped_column(primary_key=True)


# Slots that lie ahead were taken before the clock was set back: they would keep every job from
# running until it has caught up. Those of the next seconds may come of a clock being adjusted.
_AHEAD = text(
    "DELETE FROM job_slots WHERE scheduled_for > statement_timestamp() + interval '5 seconds'"
    " RETURNING 1"
)
_TAKE = text("""
INSERT INTO job_slots (job, scheduled_for) VALUES (:job,
    to_timestamp(floor(extract(epoch FROM statement_timestamp()) / :every_s) * :every_s))
ON CONFLICT DO NOTHING RETURNING scheduled_for
""")


def take(session: Session, job: str, every_s: int) -> datetime | None:
    """Claim the current slot of a job; None when another ring of it was here first."""
    if session.execute(_AHEAD).first() is not None:
        set_back.catch_up(session)
    taken: datetime | None = session.scalar(_TAKE, {"job": job, "every_s": every_s})
    return taken
