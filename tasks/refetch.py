"""Refetches what thin deliveries point at, from the platform, and applies it.

Each delivery was held before the platform is called, and no transaction is open meanwhile: should
this worker die or the platform hang, the delivery is due again by itself. Once a worker died over a
message tries are counted, as `isolate` does, and nobody else makes any meanwhile.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from config import clock
from config.errors import PermanentError, SkippedRecord, TransientError
from config.logging import logger
from connectors.base.contract import LOCATIONS, Hint, Record
from connectors.base.errors import LimitedError
from models import Connection, InboxEvent, inbox
from models.inbox_event import PENDING
from models.one_by_one import alone as only_one
from models.session import DatabaseBusyError, unit_of_work
from tasks import app, handle, isolate, reach, ring, sites, understanding, verb

log = logger(__name__)

# Another task goes on then: behind this one others wait.
_TASK_S = 10.0
# Of a flood as many are looked for at a time.
_AT_ONCE = 200


# One more than others': the last one parks what the two before it were lost over.
@app.task(name="refetch.events", losses=isolate.LOST_AT_MOST + 1, tries=True)
def events(*, connection_id: int, platform: str) -> dict[str, int]:
    """Complete a connection's held deliveries; what is left over is another task's.

    A copy of the one that is pending does nothing, unless it tells of a worker that was lost.
    """
    began = ring.begins("refetch.events", connection_id)
    if not began and not verb.losses():
        return {"handled": 0}
    try:
        held = _held(connection_id)
        settled = complete(connection_id, held, suspect=verb.cost_workers(began))
    finally:
        if began:
            ring.answered("refetch.events", connection_id)
    # What was held meanwhile was signalled by nobody; where nothing comes of it, it waits.
    if (settled or not held) and _held(connection_id):
        ring.once("refetch.events", connection_id=connection_id, platform=platform)
    return {"handled": settled}


def _held(connection_id: int) -> list[int]:
    with unit_of_work() as session:
        return inbox.held(session, connection_id, _AT_ONCE)


def complete(connection_id: int, event_ids: Sequence[int], *, suspect: bool = False) -> int:
    """Refetch and apply deliveries one by one; returns how many were settled.

    Stops when time is up or the platform is away: the others wait like this one. Does nothing while
    another is at it: a platform that hangs holds up one process. When one of them is `suspect` to
    have cost a worker, each try is counted before it begins.
    """
    until = clock.monotonic() + _TASK_S
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
    settled, asked = 0, _Asked(connection_id)
    hurried = not ring.works_inline()
    with reach.line(connection, hurried=hurried) as line, unit_of_work() as apart:
        for event_id in event_ids:
            if clock.monotonic() > until:
                break
            # Asked for each time: the server ends a transaction that does nothing for long.
            if not only_one(apart, f"refetch {connection_id}"):
                break
            if suspect and not inbox.alone(apart, connection_id):
                break
            with isolate.ending(event_id) if suspect else nullcontext():
                if suspect and not isolate.begin(event_id):
                    continue
                if not _complete_one(connection, line, event_id, asked):
                    break
            settled += 1
    log.info("deliveries refetched", connection_id=connection_id, settled=settled)
    return settled


class _Asked:
    """What was asked for since these deliveries came: for several about one thing it is once."""

    def __init__(self, connection_id: int) -> None:
        self._connection_id = connection_id
        self._asked: set[tuple[str, str, str]] = set()

    def is_new(self, hint: Hint) -> bool:
        """Whether nobody asked for it yet."""
        return (hint.stream, hint.location, hint.id) not in self._asked

    def note(self, hints: Sequence[Hint]) -> None:
        """These are in the books now."""
        self._asked |= {(hint.stream, hint.location, hint.id) for hint in hints}

    def list_sites(self) -> None:
        """Read the list of locations. Raises: Fault of the platform."""
        whole = Hint(LOCATIONS, "")
        if self.is_new(whole):
            sites.refresh_noting(self._connection_id)
            self.note([whole])


def _complete_one(connection: Connection, line: reach.Line, event_id: int, asked: _Asked) -> bool:
    """Settle one delivery, or tell when it is tried again; false when the platform is away."""
    with unit_of_work() as session:
        event = session.get(InboxEvent, event_id)
    if event is None or event.state != PENDING:
        return True
    batch, reached = handle.Sorted(), True
    hints: Sequence[Hint] = ()
    try:
        with understanding.alone():
            hints = handle.hints_of(connection, event)
            if any(hint.stream == LOCATIONS for hint in hints):
                asked.list_sites()
            wanted = [x for x in hints if x.stream != LOCATIONS and (x.record or asked.is_new(x))]
            records = list(_records(line, wanted))
        batch.records = [(event, record) for record in records]
        batch.empty = [] if records else [event]
        if told := [hint.id for hint in hints if hint.stream != LOCATIONS]:
            batch.about = {event.id: told[-1]}
    except (SkippedRecord, PermanentError) as fault:
        batch.parked = [(event, fault)]
    except LimitedError as fault:
        # Of one location or endpoint: others may be asked.
        batch.postponed = [(event, fault)]
    except TransientError as fault:
        batch.postponed, reached = [(event, fault)], False
    try:
        _store(connection, event, batch)
        if not (batch.parked or batch.postponed):
            asked.note([hint for hint in hints if hint.record is None])
    except DatabaseBusyError as fault:
        # Whatever is in its way is in nobody else's.
        _store(connection, event, handle.Sorted(postponed=[(event, fault)]))
    return reached


def _records(line: reach.Line, hints: Sequence[Hint]) -> Iterator[Record]:
    """Every record that a delivery points at; what it carries itself is not asked for."""
    for hint in hints:
        record = hint.record or next(
            line.connector.fetch(line.http, hint.stream, hint.location, [hint.id]), None
        )
        if record is None:
            raise SkippedRecord(
                "record.unknown",
                f"The platform knows no record {hint.id} among its {hint.stream}.",
                next_step="Replay the delivery if the record should exist.",
            )
        yield record


def _store(connection: Connection, event: InboxEvent, batch: handle.Sorted) -> None:
    with unit_of_work() as session:
        # First of all, as whoever drains the inbox does; another may have handled it meanwhile.
        if not inbox.waits(session, event.id):
            return
        due = handle.store(session, connection, batch, clock.now())
    handle.signal(connection.id, connection.platform, batch, due)
