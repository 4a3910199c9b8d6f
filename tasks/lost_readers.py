"""Readers that ended without a word: killed, frozen and replaced, or cut off from the database.

What one of them read is read on at once, where it stopped: a deploy may have been all, or several.
When one after the other ends before it stored a page, it may be what they read that costs workers.
Then it is a failure with its reason, and is tried again later each time.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, PermanentError
from models import Slice, StreamCursor, SyncRun, sync_run
from models.told import UNTOLD, told

# So many in a row are taken for bad luck, and one more for what they read.
_LUCKLESS = 4

_ABANDONED = Fault(
    "run.abandoned",
    "Its worker ended before it did.",
    next_step="Nothing to do: the next run goes on where it stopped.",
)


class LostWorkersError(PermanentError):
    """Readers end one after the other before a page is stored."""

    def __init__(self, stream: str) -> None:
        super().__init__(
            "reading.lost_workers",
            f"{_LUCKLESS + 1} workers in a row ended while they read {stream}, before they stored "
            "a page.",
            next_step="Look for 'signal 9' or 'out of memory' in their logs and give them more "
            "memory; it is tried again by itself.",
        )


_LOSSES = (_ABANDONED.code, LostWorkersError("").code)


def of_stream(session: Session, cursor: StreamCursor) -> LostWorkersError | None:
    """Close the runs that lost readers left open: whoever holds the lease is the only one.

    Returns why the stream isn't to be read now, if so.
    """
    of_cursor = (
        SyncRun.connection_id == cursor.connection_id,
        SyncRun.stream == cursor.stream,
        SyncRun.location_external_id == cursor.location_external_id,
        SyncRun.kind == sync_run.DELTA,
    )
    left = session.execute(
        update(SyncRun)
        .where(*of_cursor, SyncRun.finished_at.is_(None))
        .values(status=sync_run.WAITING, finished_at=clock.now(), **told(_ABANDONED))
        .returning(SyncRun.id, SyncRun.rows_read)
        .execution_options(synchronize_session=False)
    ).all()
    if not left or any(run.rows_read for run in left):
        return None
    ids = [run.id for run in left]
    before = select(SyncRun.error_code).where(*of_cursor, SyncRun.id < min(ids))
    codes = session.scalars(before.order_by(SyncRun.id.desc()).limit(_LUCKLESS)).all()
    if len(codes) < _LUCKLESS or not set(codes) <= set(_LOSSES):
        return None
    lost = LostWorkersError(cursor.stream)
    session.execute(
        update(SyncRun)
        .where(SyncRun.id.in_(ids))
        .values(status=sync_run.FAILED, **told(lost))
        .execution_options(synchronize_session=False)
    )
    return lost


def of_slice(held: Slice) -> LostWorkersError | None:
    """Note on a slice that its reader was lost; returns why it isn't to be read now, if so."""
    lost = LostWorkersError(held.stream)
    if held.error_code == lost.code:
        return lost
    before = held.failures if held.error_code == _ABANDONED.code else 0
    if before == _LUCKLESS:
        held.failures = 0
        return lost
    held.failures = before + 1
    for name, value in told(_ABANDONED).items():
        setattr(held, name, value)
    return None


def progress(held: Slice) -> dict[str, Any]:
    """What a page stored changes on its slice: readers that were lost before count no more."""
    if held.error_code in _LOSSES:
        return {"status": sync_run.PLANNED, "failures": 0, **UNTOLD}
    return {}
