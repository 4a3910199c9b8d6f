"""Isolates the deliveries of a batch that cost a worker: only the culprit is parked.

In good times nothing of this costs anything: a try is counted before the work only for deliveries
that were in a batch whose worker died.
"""

from contextlib import AbstractContextManager
from functools import partial

from config import clock
from config.errors import SkippedRecord
from config.logging import logger
from models import inbox
from models.session import unit_of_work
from tasks import app, handle, one_try, ring, turn

log = logger(__name__)

# Workers that one delivery may cost, the first one with the batch it was in.
LOST_AT_MOST = 2


@app.task(name="isolate.events", tries=True)
def events(*, connection_id: int, platform: str) -> dict[str, int]:
    """Apply those that may have cost a worker, each in a transaction of its own."""
    ring.answered("isolate.events", connection_id)
    event_id, handled, ends = None, 0, clock.monotonic() + turn.TURN_S
    with unit_of_work() as session:
        # Whoever dies lets go of this: nothing has to be waited for. It is asked for each time: the
        # server ends a transaction that does nothing for two minutes.
        while inbox.alone(session, connection_id):
            event_id = _first(connection_id)
            if event_id is None or clock.monotonic() > ends:
                break
            handled += _try(connection_id, event_id)
    if event_id is not None:
        # Others wait in this lane.
        ring.once("isolate.events", connection_id=connection_id, platform=platform)
    return {"handled": handled}


def begin(event_id: int) -> bool:
    """Count a try; false when it is settled, or parked for what it costs. Only while alone."""
    with unit_of_work() as session:
        one_try.forgiven(session, _named(event_id), _end(event_id))
        losses = inbox.count(session, event_id)
        if losses is None or losses <= LOST_AT_MOST:
            return losses is not None
        inbox.park(session, event_id, _costly())
    log.error("delivery costs workers", event_id=event_id)
    return False


def ending(event_id: int) -> AbstractContextManager[None]:
    """Inside, a try begins and is made; should it fail, it counts for nothing."""
    return one_try.ending(_named(event_id), _end(event_id))


def _named(event_id: int) -> str:
    return f"delivery {event_id}"


def _end(event_id: int) -> one_try.TakeBack:
    return partial(inbox.end, event_id=event_id)


def _first(connection_id: int) -> int | None:
    with unit_of_work() as session:
        return inbox.first_suspect(session, connection_id, clock.now())


def _try(connection_id: int, event_id: int) -> int:
    try:
        with ending(event_id):
            if not begin(event_id):
                return 0
            handled = handle.drain(connection_id, 1, event_id)
    except MemoryError:
        # What would have cost the worker, had its system been less polite.
        log.exception("out of memory", event_id=event_id)
        return 1
    if not handled:
        one_try.over(_named(event_id), _end(event_id))
    return handled


def _costly() -> SkippedRecord:
    return SkippedRecord(
        "delivery.lost_workers",
        f"{LOST_AT_MOST} workers were lost while they handled this delivery.",
        next_step="It may need more memory than they have: give them more, then replay it.",
    )
