"""How far an import is: its slices by what they wait for, and what holds it up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.connection import Connection
from models.sync_run import DONE, FAILED, LEFT_OUT, PLANNED, Slice, SyncRun
from models.told import UNTOLD

_HELD = (FAILED, LEFT_OUT)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """An import at one moment.

    `leased` slices have a reader until `leased_until`, the first of them. `resumes_at` is when the
    first of the others may be read, None when none will be; a location of which a slice failed
    counts as held up altogether.
    """

    finished: bool
    slices: int
    slices_done: int
    leased: int
    leased_until: datetime | None
    resumes_at: datetime | None
    rows_read: int
    rows_written: int
    rows_skipped: int
    rows_parked: int


def progress(session: Session, run_id: int, now: datetime) -> RunProgress:
    """How far a run is at `now`."""
    left, leased = Slice.status != DONE, Slice.leased_until >= now
    waits = and_(*_nobodys(now), ~_held_up())
    slices = select(
        func.count(Slice.id).label("slices"),
        func.count(Slice.id).filter(~left).label("slices_done"),
        func.count(Slice.id).filter(left, leased).label("leased"),
        func.min(Slice.leased_until).filter(left, leased).label("leased_until"),
        func.min(Slice.next_attempt_at).filter(waits).label("resumes_at"),
    ).where(Slice.run_id == run_id)
    rows = select(
        SyncRun.finished_at.is_not(None).label("finished"),
        *(SyncRun.rows_read, SyncRun.rows_written, SyncRun.rows_skipped, SyncRun.rows_parked),
    ).where(SyncRun.id == run_id)
    # The run first: one that ends in between shows as unfinished once more, never as half done.
    run = session.execute(rows).one()._mapping
    found: dict[str, Any] = {**run, **session.execute(slices).one()._mapping}
    return RunProgress(**found)


def readable(session: Session, run_id: int, now: datetime) -> list[int]:
    """The slices that anybody may read now, oldest first."""
    query = (
        select(Slice.id)
        .where(Slice.run_id == run_id, *free(now), ~_held_up())
        .order_by(Slice.start_at, Slice.id)
    )
    return list(session.scalars(query))


def next_up(
    session: Session, now: datetime, abreast: int, run_id: int | None = None
) -> list[tuple[int, str]]:
    """Slices to be read next, with their platform; of one import or of each.

    Of an import as many as it lacks to `abreast` that are read at a time. Which ones doesn't change
    as long as nobody takes them: those whose reader died come first, then whoever waits longest.

    While one waits for its turn to call, or to be granted, the others of its location would only
    wait with it. Those of a location where another one failed are among them. A command stops
    there, for whoever watches it to act; nobody watches a worker, so it tries them now and then:
    the cause may be mended on the platform without a word to us.
    """
    is_read = func.coalesce(Slice.leased_until >= now, false())
    place = func.row_number().over(
        partition_by=Slice.run_id,
        order_by=(Slice.leased_until.is_(None), Slice.next_attempt_at, Slice.start_at, Slice.id),
    )
    lined_up = (
        select(Slice.id, Slice.run_id, is_read.label("is_read"), place.label("place"))
        .where(Slice.status != DONE, or_(is_read, Slice.next_attempt_at <= now))
        .where(or_(is_read, ~_another_waits_its_turn(now)))
        .where(*([] if run_id is None else [Slice.run_id == run_id]))
        .subquery()
    )
    query = (
        select(lined_up.c.id, Connection.platform)
        .join(SyncRun, SyncRun.id == lined_up.c.run_id)
        .join(Connection, Connection.id == SyncRun.connection_id)
        .where(~lined_up.c.is_read, lined_up.c.place <= abreast)
        .order_by(lined_up.c.place, lined_up.c.id)
    )
    return [(row.id, row.platform) for row in session.execute(query)]


def free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a slice that nobody reads and that may be tried at `now`."""
    return *_nobodys(now), Slice.next_attempt_at <= now


def retry_failed(session: Session, run_id: int, now: datetime) -> None:
    """Have slices that failed before tried again at once."""
    session.execute(
        update(Slice)
        .where(Slice.run_id == run_id, Slice.status.in_(_HELD))
        .values(status=PLANNED, next_attempt_at=now, **UNTOLD)
    )


def trouble(session: Session, run_id: int) -> Slice | None:
    """The slice that holds a run up: one that failed, else the first that waits, or is left out."""
    query = (
        select(Slice)
        .where(Slice.run_id == run_id, Slice.status != DONE, Slice.error_code.is_not(None))
        .order_by(Slice.status != FAILED, Slice.status == LEFT_OUT, Slice.next_attempt_at, Slice.id)
        .limit(1)
    )
    return session.scalars(query).first()


def _nobodys(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Slice.status != DONE, or_(Slice.leased_until.is_(None), Slice.leased_until < now)


def _held_up() -> ColumnElement[bool]:
    """Whether a slice of the same location failed: the next one would fail likewise."""
    other = aliased(Slice)
    return (
        select(other.id)
        .where(
            other.run_id == Slice.run_id,
            other.location_external_id == Slice.location_external_id,
            other.status.in_(_HELD),
        )
        .correlate(Slice)
        .exists()
    )


def _another_waits_its_turn(now: datetime) -> ColumnElement[bool]:
    """Whether a slice of the same location was put off, and this one would fare like it."""
    other = aliased(Slice)
    return (
        select(other.id)
        .where(
            other.run_id == Slice.run_id,
            other.location_external_id == Slice.location_external_id,
            other.status != DONE,
            or_(other.error_code.is_(None), other.status == LEFT_OUT),
            other.next_attempt_at > now,
        )
        .correlate(Slice)
        .exists()
    )
