"""Leaves out of an import what the platform doesn't grant, as long as it is no sale."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from config.errors import Fault
from config.logging import logger
from connectors import platforms
from connectors.base.errors import NotGrantedError
from models import Slice, SyncRun, lease, sync_run
from models.session import unit_of_work
from models.told import UNTOLD, told
from tasks.pull import LEFT_OUT_FOR, Pull

log = logger(__name__)


def may_be(pull: Pull[Slice], fault: Fault) -> bool:
    """Whether all else can go on as if this weren't there."""
    if not isinstance(fault, NotGrantedError):
        return False
    return not platforms()[pull.connection.platform].streams[pull.held.stream].sales


def of_import(pull: Pull[Slice], fault: Fault, now: datetime) -> None:
    """Its run says what isn't granted, and asks again later; the connection is well.

    The other slices of the location wait with this one: each would be refused.
    """
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(
            session,
            pull.held,
            status=sync_run.LEFT_OUT,
            next_attempt_at=now + LEFT_OUT_FOR,
            **told(fault),
        )
        session.execute(
            update(SyncRun)
            .where(SyncRun.id == pull.run_id)
            .values(status=sync_run.LEFT_OUT, **told(fault))
            .execution_options(synchronize_session=False)
        )
    log.info("slice left out", stream=pull.held.stream, code=fault.code)


def over(session: Session, run_id: int) -> None:
    """A slice was read: what was noted on its run is over."""
    noted = SyncRun.error_code.is_not(None), SyncRun.finished_at.is_(None)
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run_id, *noted)
        .values(status=sync_run.RUNNING, **UNTOLD)
        .execution_options(synchronize_session=False)
    )
