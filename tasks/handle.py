"""Handles what the doors took in: drains a connection's inbox in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, PermanentError, SkippedRecord, TransientError
from config.logging import logger
from connectors import platforms
from connectors.base.contract import Delivery, Hint, Record
from models import Connection, InboxEvent, inbox
from models.session import unit_of_work
from tasks import app, apply, reach, ring

log = logger(__name__)

# Enough that the cost of a transaction is spread thin, few enough to finish in a fraction of a
# second.
BATCH = 200
# Then the task makes room for others of its queue and signals itself again.
BATCHES_A_TASK = 25


@app.task(name="handle.events")
def events(*, connection_id: int, platform: str) -> dict[str, int]:
    """Apply a connection's waiting deliveries."""
    ring.answered(connection_id)
    handled = 0
    for _ in range(BATCHES_A_TASK):
        batch = drain(connection_id)
        handled += batch
        if batch < BATCH:
            return {"handled": handled}
    ring.task("handle.events", connection_id=connection_id, platform=platform)
    return {"handled": handled}


@dataclass
class Sorted:
    """A claimed batch by what is to be done with each delivery."""

    records: list[tuple[InboxEvent, Record]] = field(default_factory=list)
    empty: list[InboxEvent] = field(default_factory=list)
    parked: list[tuple[InboxEvent, Fault]] = field(default_factory=list)
    postponed: list[tuple[InboxEvent, Fault]] = field(default_factory=list)


def drain(connection_id: int, limit: int = BATCH) -> int:
    """Apply up to `limit` deliveries in one transaction; returns how many were looked at."""
    now = clock.now()
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
        claimed = inbox.claim(session, connection_id, now, limit)
        if not claimed:
            return 0
        batch = _sort(connection, claimed)
        due = _apply(session, connection, batch)
        platform = connection.platform
        for event, fault in batch.parked:
            inbox.park(session, event.id, fault)
        for event, fault in batch.postponed:
            inbox.postpone(session, event, fault, now)
    ring.invoices(due)
    if any(isinstance(fault, apply.UnknownLocationError) for _, fault in batch.postponed):
        ring.task("sites.list", connection_id=connection_id, platform=platform)
    log.info(
        "deliveries handled",
        connection_id=connection_id,
        claimed=len(claimed),
        parked=len(batch.parked),
        postponed=len(batch.postponed),
        correlation_ids=[event.correlation_id for event in claimed],
    )
    return len(claimed)


def _sort(connection: Connection, claimed: Sequence[InboxEvent]) -> Sorted:
    """Read each delivery; refetch what it only points at."""
    batch = Sorted()
    webhook = platforms()[connection.platform].webhook
    if webhook is None:
        raise LookupError(f"{connection.platform} has no webhooks, and so no inbox.")
    for event in claimed:
        try:
            with apply.alone():
                hints = webhook.parse(Delivery(event.headers, bytes(event.body)))
                records = [h.record for h in hints if h.record is not None]
                records += _refetch(connection, [h for h in hints if h.record is None])
        except (SkippedRecord, PermanentError) as fault:
            batch.parked.append((event, fault))
        except TransientError as fault:
            batch.postponed.append((event, fault))
        else:
            batch.records += [(event, record) for record in records]
            batch.empty += [] if records else [event]
    return batch


def _refetch(connection: Connection, thin: Sequence[Hint]) -> Iterator[Record]:
    """The records that thin deliveries point at, from the platform."""
    for hint in thin:
        found = reach.record(connection, hint.stream, hint.location, hint.id)
        if found is None:
            raise SkippedRecord(
                "record.unknown",
                f"The platform knows no record {hint.id} among its {hint.stream}.",
                next_step="Replay the delivery if the record should exist.",
            )
        yield found


def _apply(session: Session, connection: Connection, batch: Sorted) -> list[int]:
    """Write the batch to the books and mark its deliveries; returns orders that owe an invoice."""
    connector = reach.connector(connection)
    by_record = {id(record): event for event, record in batch.records}
    todo = [(record, event.correlation_id) for event, record in batch.records]
    applied = apply.apply(session, connection, connector, todo)
    refused = set()
    for record, fault in applied.parked:
        event = by_record[id(record)]
        refused.add(event.id)
        if isinstance(fault, apply.UnknownLocationError):
            batch.postponed.append((event, fault))
        else:
            batch.parked.append((event, fault))
    done = {event.id: record.id for event, record in batch.records if event.id not in refused}
    inbox.settle(session, {**done, **{event.id: None for event in batch.empty}})
    return applied.due
