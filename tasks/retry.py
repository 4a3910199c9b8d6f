"""Retries what a pull set aside: reads the kept copy again once the cause may be gone.

Nothing sweeps for it: somebody asked for it and looks. Should the signal get lost, the record stays
parked as it was and can be tried again. A database that is busy or away is waited for, a minute at
most; then the record says that it was not tried.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from celery.utils.time import get_exponential_backoff_interval
from sqlalchemy.orm import Session

from config.errors import SkippedRecord
from config.logging import logger
from connectors.base.contract import Record
from models import Connection, parked_list, parked_write
from models.session import DatabaseAwayError, unit_of_work
from tasks import app, apply, reach, ring

log = logger(__name__)

# A minute in all at most: somebody looks. Each wait is drawn anew, so that two that met part.
_TRIES, _LONGEST_WAIT_S = 6, 20

APPLIED = "applied"
PARKED = "parked"


@dataclass(frozen=True)
class Retried:
    """What became of a record: `applied`, or still `parked` for the reason beside it."""

    id: int
    external_id: str
    state: str
    error_code: str | None = None
    error: str | None = None
    next_step: str | None = None


@app.task(name="retry.record", max_retries=_TRIES)
def record(*, organization_id: int, record_id: int, platform: str) -> dict[str, str | None]:
    """Read a record again; one that is gone was applied before, or is nobody's."""
    try:
        became = again(organization_id, record_id)
    except DatabaseAwayError as fault:
        tried = record.request.retries
        if tried >= _TRIES:
            _say(record_id, fault)
            return {"state": PARKED}
        wait_s = 1 + get_exponential_backoff_interval(1, tried, _LONGEST_WAIT_S, full_jitter=True)
        raise record.retry(exc=fault, countdown=wait_s) from fault
    return {"state": became.state if became else None}


def _say(record_id: int, fault: DatabaseAwayError) -> None:
    log.warning("record not retried", record_id=record_id, code=fault.code)
    with suppress(DatabaseAwayError), unit_of_work() as session:
        parked_write.still_to_try(session, record_id, fault)


def again(organization_id: int, record_id: int) -> Retried | None:
    """Read a merchant's parked record again; None when there is none of that id.

    Effects: once applied it is no longer parked and owed invoices are signalled; otherwise its
    reason is the present one.
    """
    with unit_of_work() as session:
        found = parked_list.parked_record(session, organization_id, record_id)
        if found is None:
            return None
        kept = Record(
            found["stream"], found["external_id"], found["body"], found["location_external_id"]
        )
        connection = session.get_one(Connection, found["connection_id"])
        due, reason = _apply(session, connection, kept)
        facts = parked_write.settle(session, record_id, kept.raw, reason)
        named = connection.id, connection.platform
    ring.invoices(*named, due)
    state = PARKED if facts else APPLIED
    log.info("record retried", record_id=record_id, state=state)
    return Retried(record_id, kept.id, state, **facts)


def _apply(
    session: Session, connection: Connection, kept: Record
) -> tuple[Collection[date], SkippedRecord | None]:
    """The dates of orders that owe an invoice now, or why the record is still refused."""
    attempt = session.begin_nested()
    connector = reach.connector(connection)
    applied = apply.apply(session, connection, connector, [(kept, uuid4().hex)])
    if not applied.parked:
        return applied.due.values(), None
    # A refused record leaves no trace, and the row that keeps it stays under its id.
    attempt.rollback()
    return [], applied.parked[0][1]
