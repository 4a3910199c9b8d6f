"""Isolates the deliveries of a batch that cost a worker: only the culprit is parked.

In good times nothing of this costs anything: a try is counted before the work only for deliveries
that were in a batch whose worker died.
"""

from sqlalchemy.orm import Session

from config import clock
from config.errors import SkippedRecord
from config.logging import logger
from models import inbox
from models.session import unit_of_work
from tasks import app, handle, ring

log = logger(__name__)

# Workers that one delivery may cost, the first one with the batch it was in.
LOST_AT_MOST = 2


@app.task(name="isolate.events")
def events(*, connection_id: int, platform: str) -> dict[str, int]:
    """Apply those that may have cost a worker, each in a transaction of its own."""
    ring.answered("isolate.events", connection_id)
    handled = 0
    with unit_of_work() as session:
        # Whoever dies lets go of this: nothing has to be waited for. It is asked for each time: the
        # server ends a transaction that does nothing for two minutes, which many tries may take.
        while inbox.alone(session, connection_id):
            if (event_id := begin(connection_id)) is None:
                break
            handled += _try(connection_id, event_id)
    return {"handled": handled}


def begin(connection_id: int) -> int | None:
    """The next delivery to be handled alone, its try counted; None when there is none.

    Effects: one that cost too many workers is parked on the way.
    """
    while True:
        with unit_of_work() as session:
            begun = inbox.begin(session, connection_id, clock.now())
            if begun is None:
                return None
            event_id, losses = begun
            if may_be_tried(session, event_id, losses):
                return event_id


def may_be_tried(session: Session, event_id: int, losses: int) -> bool:
    """Whether a delivery is tried once more; one that cost too many workers is parked."""
    if losses <= LOST_AT_MOST:
        return True
    inbox.park(session, event_id, _costly())
    log.error("delivery costs workers", event_id=event_id)
    return False


def _try(connection_id: int, event_id: int) -> int:
    try:
        return handle.drain(connection_id, 1, event_id)
    except MemoryError:
        # What would have cost the worker, had its system been less polite.
        log.exception("out of memory", event_id=event_id)
        return 1
    except Exception:
        with unit_of_work() as session:
            inbox.end(session, event_id)
        raise


def _costly() -> SkippedRecord:
    return SkippedRecord(
        "delivery.lost_workers",
        f"{LOST_AT_MOST} workers were lost while they handled this delivery.",
        next_step="It may need more memory than they have: give them more, then replay it.",
    )
