"""Lists pulls, with how far each import is."""

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from models.paging import FIRST, Listed, Span
from models.per_connection import location_of, newest
from models.sync_run import (
    DONE,
    FAILED,
    LEFT_OUT,
    PLANNED,
    RUNNING,
    WAITING,
    Slice,
    SyncRun,
)

STATES = (RUNNING, DONE, FAILED, WAITING, PLANNED, LEFT_OUT)

_OF_RUN = select(func.count()).where(Slice.run_id == SyncRun.id)
_SLICES = _OF_RUN.correlate(SyncRun).scalar_subquery().label("slices")
_FINISHED = (
    _OF_RUN.where(Slice.status == DONE).correlate(SyncRun).scalar_subquery().label("slices_done")
)
_COLUMNS = (*inspect(SyncRun).columns, location_of(SyncRun), _SLICES, _FINISHED)


def sync_runs(
    session: Session,
    organization_id: int,
    *,
    status: str | None = None,
    connection: str | None = None,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's pulls, newest first. Raises: CursorError."""
    conditions = [] if status is None else [SyncRun.status == status]
    return newest(session, organization_id, _COLUMNS, conditions, span, connection=connection)
