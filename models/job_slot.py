"""The timetable's memory: each slot of each job runs once, however many beats there are."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Instant


class JobSlot(Base):
    """One run of a scheduled job. Of the installation, not of an organization."""

    __tablename__ = "job_slots"
    __table_args__ = (Index("ix_job_slots_scheduled_for", "scheduled_for"),)

    job: Mapped[str] = mapped_column(primary_key=True)
    scheduled_for: Mapped[Instant] = mapped_column(primary_key=True)


def take(session: Session, job: str, scheduled_for: datetime) -> bool:
    """Claim a slot; false when another beat's message was here first."""
    made = session.execute(
        insert(JobSlot)
        .values(job=job, scheduled_for=scheduled_for)
        .on_conflict_do_nothing()
        .returning(JobSlot.job)
    )
    return made.first() is not None
