"""Sweeps up after lost signals, and forgets what is no longer needed."""

from datetime import timedelta

from sqlalchemy import delete, select

from config import clock
from models import (
    Connection,
    JobSlot,
    SignInLink,
    dead_message,
    inbox,
    inbox_standing,
    set_back,
    sync_run,
)
from models.session import unit_of_work
from tasks import backfill, ring, slots
from tasks import dead as dead_list

# A delivery that waits longer than this was not signalled, or the signal got lost.
_OVERDUE = timedelta(seconds=2)
# Applied deliveries can be replayed this long.
_KEEP_DELIVERIES = timedelta(days=30)
_KEEP_RUNS = timedelta(days=90)
# Each location is asked once a minute, and mostly nothing has changed.
_KEEP_QUIET_RUNS = timedelta(days=1)
_KEEP_SLOTS = timedelta(days=2)
_KEEP_DEAD = timedelta(days=30)
_DEAD_AT_ONCE = 100
_PRUNE_AT_ONCE = 5000


@slots.scheduled("sweep.inbox")
def inbox_() -> int:
    """Signal connections whose deliveries nobody picked up."""
    with unit_of_work() as session:
        suspects = set(inbox_standing.suspect_connections(session, clock.now(), _OVERDUE))
        ids = inbox_standing.waiting_connections(session, clock.now(), _OVERDUE)
        found = session.execute(
            select(Connection.id, Connection.platform).where(Connection.id.in_(ids))
        ).all()
    for row in found:
        ring.overdue("handle.events", connection_id=row.id, platform=row.platform)
        if row.id in suspects:
            ring.overdue("isolate.events", connection_id=row.id, platform=row.platform)
    return len(found)


@slots.scheduled("sweep.slices")
def slices() -> int:
    """Signal slices of imports that nobody reads: their worker died or their wait is over."""
    return backfill.signal()


@slots.scheduled("sweep.clocks")
def clocks() -> int:
    """Have looked at what a host put off too far while its clock was ahead."""
    with unit_of_work() as session:
        return set_back.heed_hosts(session)


@slots.scheduled("sweep.dead")
def dead() -> int:
    """Make rows of the messages that workers set aside."""
    dead_list.flush()
    moved = 0
    while entries := dead_list.oldest(_DEAD_AT_ONCE):
        with unit_of_work() as session:
            dead_message.keep(session, map(dead_list.opened, entries))
        # Afterwards: a message is rather counted twice than lost.
        dead_list.forget(entries)
        moved += len(entries)
    return moved


@slots.scheduled("sweep.prune")
def prune() -> int:
    """Forget applied deliveries, old runs, used links and past slots."""
    now = clock.now()
    with unit_of_work() as session:
        gone = inbox.prune(session, now - _KEEP_DELIVERIES, _PRUNE_AT_ONCE)
        session.execute(delete(JobSlot).where(JobSlot.scheduled_for < now - _KEEP_SLOTS))
        session.execute(delete(SignInLink).where(SignInLink.expires_at < now - timedelta(days=1)))
        dead_message.prune(session, now - _KEEP_DEAD)
        runs = sync_run.prune(session, now - _KEEP_RUNS, now - _KEEP_QUIET_RUNS, _PRUNE_AT_ONCE)
    if max(gone, runs) >= _PRUNE_AT_ONCE:
        ring.task("sweep.prune")
    return gone
