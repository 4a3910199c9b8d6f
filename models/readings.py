"""What became of a delta: per stream and location, the rows read since it was asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.cursor import AT_LOCATION, IS_GONE, StreamCursor
from models.location import Location
from models.paging import end_of
from models.session import AWAY, BUSY
from models.sync_run import DELTA, DONE, LEFT_OUT, SyncRun

PENDING = "pending"
# Failures in a row after which nobody who watches should expect that the next try goes well.
_TOO_OFTEN = 5


@dataclass(frozen=True)
class Reading:
    """One stream of one location: `status` is its newest run's, rows are of all its runs.

    `over` when there is nothing left to read of it.
    """

    cursor_id: int
    stream: str
    location: str
    location_external_id: str
    status: str
    over: bool
    leased: bool
    rows_read: int
    rows_written: int
    rows_skipped: int
    rows_parked: int
    error_code: str | None
    error: str | None
    next_step: str | None
    next_due_at: datetime


def newest_run(session: Session, connection_id: int) -> int:
    """The newest run of a connection; what is asked for after it has a higher id."""
    at, key = SyncRun.connection_id, SyncRun.id
    query = select(key).where(end_of(at, key, connection_id, None))
    query = query.order_by(at.desc(), key.desc()).limit(1)
    return session.scalar(query) or 0


def readings(
    session: Session, connection_id: int, stream: str | None, after_run: int, now: datetime
) -> list[Reading]:
    """Each stream of each location that is still there, with its runs after `after_run`."""
    query = (
        select(StreamCursor, Location.name)
        .outerjoin(Location, AT_LOCATION)
        .where(StreamCursor.connection_id == connection_id, ~IS_GONE)
        .order_by(StreamCursor.stream, Location.name, StreamCursor.id)
    )
    if stream is not None:
        query = query.where(StreamCursor.stream == stream)
    rows = session.execute(query).all()
    runs = _runs(session, connection_id, after_run)
    return [
        _reading(cursor, name or "", runs.get(_place(cursor), []), now) for cursor, name in rows
    ]


def left_out(session: Session, connection_id: int, since: datetime) -> list[SyncRun]:
    """A delta of each stream that was left out since then, and not read there afterwards."""
    newer = aliased(SyncRun)
    is_past = (
        select(newer.id)
        .where(
            newer.connection_id == connection_id,
            newer.id > SyncRun.id,
            newer.kind == DELTA,
            newer.stream == SyncRun.stream,
            newer.location_external_id == SyncRun.location_external_id,
            newer.finished_at.is_not(None),
        )
        .correlate(SyncRun)
        .exists()
    )
    query = (
        select(SyncRun)
        .where(SyncRun.connection_id == connection_id, SyncRun.status == LEFT_OUT)
        .where(SyncRun.kind == DELTA, SyncRun.started_at >= since, ~is_past)
        .order_by(SyncRun.stream, SyncRun.id)
    )
    return list({run.stream: run for run in session.scalars(query)}.values())


def _runs(
    session: Session, connection_id: int, after_run: int
) -> dict[tuple[str, str], list[SyncRun]]:
    query = (
        select(SyncRun)
        .where(
            SyncRun.connection_id == connection_id,
            SyncRun.id > after_run,
            SyncRun.kind == DELTA,
        )
        .order_by(SyncRun.id)
    )
    found: dict[tuple[str, str], list[SyncRun]] = {}
    for run in session.scalars(query):
        found.setdefault(_place(run), []).append(run)
    return found


def _place(row: StreamCursor | SyncRun) -> tuple[str, str]:
    return row.stream, row.location_external_id


def _reading(cursor: StreamCursor, name: str, runs: list[SyncRun], now: datetime) -> Reading:
    last = runs[-1] if runs else None
    leased = cursor.leased_until is not None and cursor.leased_until >= now
    return Reading(
        cursor_id=cursor.id,
        stream=cursor.stream,
        location=name,
        location_external_id=cursor.location_external_id,
        status=last.status if last else PENDING,
        over=last is not None and not leased and _is_over(last, cursor.failures),
        leased=leased,
        rows_read=sum(run.rows_read for run in runs),
        rows_written=sum(run.rows_written for run in runs),
        rows_skipped=sum(run.rows_skipped for run in runs),
        rows_parked=sum(run.rows_parked for run in runs),
        error_code=last.error_code if last else None,
        error=last.error if last else None,
        next_step=last.next_step if last else None,
        next_due_at=cursor.next_due_at,
    )


def _is_over(last: SyncRun, failures: int) -> bool:
    """A reader that stops before the end leaves its run waiting, without an error.

    One that the database stopped goes on within seconds, unless that happens again and again.
    """
    if last.error_code in (AWAY, BUSY):
        return failures >= _TOO_OFTEN
    return last.status == DONE or last.error_code is not None
