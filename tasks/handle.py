"""Handles what the doors took in: drains a connection's inbox in batches.

A drain calls nobody: deliveries that only point at their record are held and left to `refetch`,
so that a platform that hangs holds up no delivery that is complete.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, SkippedRecord
from config.logging import logger
from connectors import platforms
from connectors.base.contract import Delivery, Hint, Record
from models import Connection, InboxEvent, inbox, inbox_standing, silence
from models.session import glance, unit_of_work
from tasks import app, apply, collecting, reach, ring, turn, understanding

log = logger(__name__)

# Enough that the cost of a transaction is spread thin, few enough to finish in a fraction of a
# second.
BATCH = 200
# Longer than others write a page; whoever holds a row longer is not waited for by its neighbours.
_LOCK_WAIT_S = 1.0
# The platform's clock and ours differ by less.
_AHEAD = timedelta(hours=1)


@app.task(name="handle.events")
def events(*, connection_id: int, platform: str) -> dict[str, int]:
    """Apply a connection's waiting deliveries."""
    handled = turn.take(
        "handle.events",
        lambda: drain(connection_id),
        lambda: waits(connection_id),
        BATCH,
        lambda: suspect(connection_id, platform),
        connection_id=connection_id,
        platform=platform,
    )
    return {"handled": handled}


def waits(connection_id: int) -> bool:
    """Whether a drain would find something."""
    with glance() as db:
        return inbox_standing.any_waits(db, connection_id, clock.now())


def suspect(connection_id: int, platform: str) -> None:
    """Workers were lost: the batch that they had is handled one by one."""
    with unit_of_work() as session:
        inbox.suspect(session, connection_id, clock.now(), BATCH)
    ring.overdue("isolate.events", connection_id=connection_id, platform=platform)


@dataclass
class Sorted:
    """A claimed batch by what is to be done with each delivery."""

    records: list[tuple[InboxEvent, Record]] = field(default_factory=list)
    thin: list[InboxEvent] = field(default_factory=list)
    empty: list[InboxEvent] = field(default_factory=list)
    # Of those without a record, what they are about where another brought it.
    about: dict[int, str] = field(default_factory=dict)
    parked: list[tuple[InboxEvent, Fault]] = field(default_factory=list)
    postponed: list[tuple[InboxEvent, Fault]] = field(default_factory=list)

    def has_sales(self, platform: str) -> bool:
        """Whether any tells of a sale."""
        streams = platforms()[platform].streams
        return any(streams[record.stream].sales for _, record in self.records)


def drain(connection_id: int, limit: int = BATCH, only: int | None = None) -> int:
    """Apply up to `limit` deliveries in one transaction; returns how many were looked at."""
    now = clock.now()
    # Should the server fail before the disk has it, the deliveries wait again with it; one that is
    # tried alone would be blamed for that.
    awaited = only is not None
    with collecting.seldom(), unit_of_work(awaited=awaited, lock_wait_s=_LOCK_WAIT_S) as session:
        connection = session.get_one(Connection, connection_id)
        claimed = inbox.claim(session, connection_id, now, limit, only)
        if not claimed:
            return 0
        batch = _sort(connection, claimed)
        due = store(session, connection, batch, now)
        thin = [event.id for event in batch.thin]
        inbox.hold(session, thin, now)
        platform, was_silent = connection.platform, connection.unannounced_since is not None
    if was_silent and batch.has_sales(platform):
        with unit_of_work() as session:
            silence.over(session, connection_id, now)
    signal(connection_id, platform, batch, due)
    if thin:
        ring.once("refetch.events", connection_id=connection_id, platform=platform)
    log.info(
        "deliveries handled",
        connection_id=connection_id,
        claimed=len(claimed),
        parked=len(batch.parked),
        postponed=len(batch.postponed),
        correlation_ids=[event.correlation_id for event in claimed],
    )
    return len(claimed)


def store(
    session: Session, connection: Connection, batch: Sorted, now: datetime
) -> Collection[date]:
    """Write a batch to the books and mark its deliveries; returns the dates of invoices owed."""
    due = _apply(session, connection, batch)
    for event, fault in batch.parked:
        inbox.park(session, event.id, fault)
    parked = {event.id for event, _ in batch.parked}
    for event, fault in batch.postponed:
        if event.id not in parked:
            inbox.postpone(session, event, fault, now)
    return due


def signal(connection_id: int, platform: str, batch: Sorted, due: Collection[date]) -> None:
    """After the commit: tell who has to go on."""
    ring.invoices(connection_id, platform, due)
    if any(isinstance(fault, apply.UnknownLocationError) for _, fault in batch.postponed):
        ring.once("sites.list", connection_id=connection_id, platform=platform)


def hints_of(connection: Connection, event: InboxEvent) -> Sequence[Hint]:
    """What a delivery points at; what it tells as of far ahead is to be asked for instead.

    Nothing newer would ever replace that. Raises: SkippedRecord when it can't be understood.
    """
    webhook = platforms()[connection.platform].webhook
    if webhook is None:
        raise LookupError(f"{connection.platform} has no webhooks, and so no inbox.")
    with understanding.alone():
        hints = webhook.parse(Delivery(event.headers, bytes(event.body)))
    latest = event.received_at + _AHEAD
    return [replace(x, record=None) if _is_after(x.record, latest) else x for x in hints]


def _is_after(record: Record | None, latest: datetime) -> bool:
    return record is not None and record.at is not None and record.at > latest


def _sort(connection: Connection, claimed: Sequence[InboxEvent]) -> Sorted:
    """Read each delivery."""
    batch = Sorted()
    for event in claimed:
        try:
            hints = hints_of(connection, event)
        except SkippedRecord as fault:
            batch.parked.append((event, fault))
            continue
        records = [hint.record for hint in hints if hint.record is not None]
        if len(records) < len(hints):
            batch.thin.append(event)
        elif records:
            batch.records += [(event, record) for record in records]
        else:
            batch.empty.append(event)
    return batch


def _apply(session: Session, connection: Connection, batch: Sorted) -> Collection[date]:
    connector = reach.connector(connection)
    by_record = {id(record): event for event, record in batch.records}
    todo = [(record, event.correlation_id) for event, record in batch.records]
    applied = apply.apply(session, connection, connector, todo, past_held=True)
    refused = set()
    for record, fault in (*applied.parked, *applied.held):
        event = by_record[id(record)]
        refused.add(event.id)
        if isinstance(fault, apply.UnknownLocationError | apply.HeldError):
            batch.postponed.append((event, fault))
        else:
            batch.parked.append((event, fault))
    done = {event.id: record.id for event, record in batch.records if event.id not in refused}
    inbox.settle(
        session, {**done, **{event.id: batch.about.get(event.id) for event in batch.empty}}
    )
    return applied.due.values()
