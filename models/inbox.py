"""What happens to deliveries: accepted once, claimed in batches, settled one by one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session, load_only

from config.errors import Fault, TransientError
from models.inbox_event import PARKED, PENDING, InboxEvent
from models.line import Line
from models.one_by_one import alone as only_one
from models.told import UNTOLD, told
from rules.waits import backoff

_Q = TypeVar("_Q", bound=Select[Any])

# After this many tries a delivery that is refused for what it holds is a person's. One that waits
# for a platform or a server is tried until that is back.
MAX_ATTEMPTS = 10
# Longer than this a platform's word isn't taken for when it is well again.
_SOON_S = 60.0
# Longer than a refetch of many takes.
_HELD = timedelta(seconds=60)

# What handling reads of a delivery; to read anything else would be a query for each.
_OF_EVENT = ("headers", "body", "correlation_id", "attempts", "received_at")
_READ = load_only(*(getattr(InboxEvent, name) for name in _OF_EVENT), raiseload=True)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A verified delivery about to be stored."""

    organization_id: int
    connection_id: int
    delivery_id: str
    event_type: str
    headers: Mapping[str, str]
    body: bytes
    correlation_id: str


# As plain text: putting the same statement together anew for each delivery costs the door more
# than all the rest it does.
_ACCEPT = """
INSERT INTO inbox_events
    (organization_id, connection_id, delivery_id, event_type, headers, body, correlation_id)
VALUES {} ON CONFLICT DO NOTHING RETURNING correlation_id
"""
_ROW = "(%s, %s, %s, %s, %s, %s, %s)"


@cache
def _accept(rows: int) -> str:
    return _ACCEPT.format(", ".join([_ROW] * rows))


async def accept_all(line: Line, events: Sequence[NewEvent]) -> set[str]:
    """Store deliveries in one commit; the correlation ids of those that hadn't come before.

    Of one that is among them twice, one is new. Raises as `Line.run` does, with none stored, or
    with all of them: a repeat tells.
    """
    # In the same order by everybody: two groups with the same deliveries would wait for each other.
    ordered = sorted(events, key=lambda event: (event.connection_id, event.delivery_id))
    values = tuple(value for event in ordered for value in _values(event))
    return {row[0] for row in await line.run(_accept(len(ordered)), values)}


def accept(session: Session, event: NewEvent) -> bool:
    """Store a delivery in a unit of work; false when it had already come."""
    made = session.connection().exec_driver_sql(_accept(1), _values(event))
    return made.first() is not None


def _values(event: NewEvent) -> tuple[Any, ...]:
    return (
        *(event.organization_id, event.connection_id, event.delivery_id, event.event_type),
        *(json.dumps(dict(event.headers)), event.body, event.correlation_id),
    )


def _waiting(query: _Q) -> _Q:
    """One that nobody tried is due whatever this host's clock says: another's told its instant."""
    return (
        query.where(
            InboxEvent.connection_id == bindparam("connection_id"),
            InboxEvent.state == PENDING,
            or_(InboxEvent.next_attempt_at <= bindparam("now"), InboxEvent.attempts == 0),
        )
        .order_by(InboxEvent.id)
        .with_for_update(skip_locked=True)
    )


# Put together once: for a delivery that comes alone that costs as much as fetching it.
_BATCH = _waiting(select(InboxEvent)).limit(bindparam("limit")).options(_READ)
_CLAIM = _BATCH.where(InboxEvent.losses == 0)
_CLAIM_ONLY = _BATCH.where(InboxEvent.id == bindparam("only"))


def claim(
    session: Session, connection_id: int, now: datetime, limit: int, only: int | None = None
) -> list[InboxEvent]:
    """The oldest deliveries that wait, locked for this transaction; others' are passed over.

    Those that may have cost a worker are no part of it; one of them is claimed `only` by its id.
    """
    given = {"connection_id": connection_id, "now": now, "limit": limit, "only": only}
    return list(session.scalars(_CLAIM if only is None else _CLAIM_ONLY, given))


def _ids(connection_id: int, now: datetime) -> Select[Any]:
    return _waiting(select(InboxEvent.id)).params(connection_id=connection_id, now=now)


def suspect(session: Session, connection_id: int, now: datetime, limit: int) -> int:
    """Have those that `claim` would give be handled one by one; returns how many."""
    batch = _ids(connection_id, now).where(InboxEvent.losses == 0)
    marked = session.execute(
        update(InboxEvent)
        .where(InboxEvent.id.in_(batch.limit(limit)))
        .values(losses=1)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(marked, "rowcount", 0))


def alone(session: Session, connection_id: int) -> bool:
    """Whether nobody else handles this connection's one by one until this transaction ends."""
    return only_one(session, f"inbox {connection_id}")


def first_suspect(session: Session, connection_id: int, now: datetime) -> int | None:
    """The oldest of those that wait to be handled one by one."""
    found: int | None = session.scalar(
        _ids(connection_id, now).where(InboxEvent.losses > 0).limit(1)
    )
    return found


def count(session: Session, event_id: int) -> int | None:
    """Count a try of one that was in a batch whose worker died; returns its tries lost.

    None when it no longer waits. Only inside `alone`: the count stands before the work begins, and
    nobody else begins it.
    """
    return session.scalar(
        update(InboxEvent)
        .where(InboxEvent.id == event_id, InboxEvent.state == PENDING)
        .values(losses=func.greatest(InboxEvent.losses, 1) + 1)
        .returning(InboxEvent.losses)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, event_id: int) -> None:
    """A try ended without an outcome, and without costing a worker."""
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.id == event_id, InboxEvent.losses > 1)
        .values(losses=InboxEvent.losses - 1)
    )


def waits(session: Session, event_id: int) -> bool:
    """Whether a delivery is still to be handled; locked for this transaction if so."""
    query = select(InboxEvent.id).where(InboxEvent.id == event_id, InboxEvent.state == PENDING)
    return session.scalar(query.with_for_update()) is not None


_SETTLE = """
UPDATE inbox_events SET state = 'done', handled_at = clock_timestamp(), attempts = attempts + 1,
    record_external_id = applied.record, error_code = NULL, error = NULL, next_step = NULL
FROM unnest(%s::bigint[], %s::text[]) AS applied(id, record) WHERE inbox_events.id = applied.id
"""


def settle(session: Session, applied: Mapping[int, str | None]) -> None:
    """Mark deliveries as applied: our id to the record each was about, if any."""
    if applied:
        rows = (list(applied), list(applied.values()))
        session.connection().exec_driver_sql(_SETTLE, rows)


def hold(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Leave deliveries to whoever refetches them; they are due again should that one die."""
    if ids:
        session.execute(
            update(InboxEvent)
            .where(InboxEvent.id.in_(ids))
            .values(
                attempts=func.greatest(InboxEvent.attempts, 1),
                next_attempt_at=now + _HELD,
                losses=0,
                **UNTOLD,
            )
            .execution_options(synchronize_session=False)
        )


def held(session: Session, connection_id: int, limit: int) -> list[int]:
    """The oldest deliveries of a connection that are held: what else waits later has its reason.

    Until when doesn't matter: that is told by another host's clock.
    """
    query = select(InboxEvent.id).where(
        InboxEvent.connection_id == connection_id,
        InboxEvent.state == PENDING,
        InboxEvent.attempts > 0,
        InboxEvent.error_code.is_(None),
    )
    return list(session.scalars(query.order_by(InboxEvent.id).limit(limit)))


def park(session: Session, event_id: int, fault: Fault) -> None:
    """Set one delivery aside with its reason; it can be replayed."""
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.id == event_id)
        .values(
            state=PARKED,
            handled_at=func.clock_timestamp(),
            attempts=InboxEvent.attempts + 1,
            **told(fault, otherwise="Replay it once the cause is mended."),
        )
    )


def postpone(session: Session, event: InboxEvent, fault: Fault, now: datetime) -> None:
    """Try a delivery again later, each time later; park what no waiting will mend."""
    if event.attempts + 1 >= MAX_ATTEMPTS and not isinstance(fault, TransientError):
        park(session, event.id, fault)
        return
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.id == event.id)
        .values(
            attempts=InboxEvent.attempts + 1,
            next_attempt_at=now + _wait(event, fault),
            losses=0,
            **told(fault),
        )
    )


def _wait(event: InboxEvent, fault: Fault) -> timedelta:
    """As long as the platform wants, where it says so and that is soon; else longer each time."""
    wait_s = getattr(fault, "retry_after_s", None)
    soon = wait_s is not None and wait_s <= _SOON_S
    return timedelta(seconds=wait_s or 0) if soon else backoff(event.attempts)


def replay(
    session: Session, organization_id: int, ids: Sequence[int], now: datetime
) -> dict[int, int]:
    """Put deliveries back in line; returns their connection by id. Unknown ids are left out.

    Each starts afresh: tries are counted anew, and the old reason is gone.
    """
    rows = session.execute(
        update(InboxEvent)
        .where(InboxEvent.organization_id == organization_id, InboxEvent.id.in_(ids))
        .values(
            state=PENDING,
            attempts=0,
            losses=0,
            next_attempt_at=now,
            handled_at=None,
            # By the clock that says when it is handled.
            replayed_at=func.clock_timestamp(),
            **UNTOLD,
        )
        .returning(InboxEvent.id, InboxEvent.connection_id)
        .execution_options(synchronize_session=False)
    )
    return {row.id: row.connection_id for row in rows}


def prune(session: Session, before: datetime, limit: int) -> int:
    """Forget deliveries applied that came in before `before`; at most `limit` a call.

    One that is sent again after that is taken in anew and changes nothing: orders know their
    version.
    """
    result = session.execute(
        text(
            # Said twice: one that is replayed meanwhile is found done and then waits.
            "DELETE FROM inbox_events WHERE state = 'done' AND id IN (SELECT id FROM inbox_events "
            "WHERE received_at < :before AND state = 'done' ORDER BY received_at LIMIT :limit)"
        ),
        {"before": before, "limit": limit},
    )
    return int(getattr(result, "rowcount", 0))
