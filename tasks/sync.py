"""Syncs what changed since last time: delta, per stream and location."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, TransientError
from config.logging import context, logger
from connectors import platforms
from connectors.base.contract import Page
from connectors.base.errors import AccessRefusedError, NotGrantedError
from models import Connection, StreamCursor, SyncRun, connections, lease, silence, sync_run
from models.cursor import IS_GONE, at_rest
from models.session import unit_of_work
from models.told import told
from tasks import app, lost_readers, reach, ring, slots
from tasks.pull import (
    ATTENTION_EVERY,
    LEFT_OUT_FOR,
    Alive,
    Counts,
    Pull,
    is_turn,
    noting,
    taken,
    wait_after,
)
from tasks.storing import storing

log = logger(__name__)

# A task reads for this long, then signals itself again: work in slices of seconds.
_SLICE_S = 20.0
# A window that was computed on a clock further off than this would skip what comes late.
_CLOCK_TOLERANCE = timedelta(seconds=5)
_DUE_AT_ONCE = 500
# Should the signal get lost, the stream is due again after so long.
_SIGNALLED = timedelta(minutes=1)
# Then the next ring goes on.
_SIGNALLING_S = 4.0
# Cursors hold no finer time.
_MILLISECOND = timedelta(milliseconds=1)


@slots.scheduled("sync.due")
def due() -> int:
    """Signal the streams whose time has come: all of them, or as many as a ring's time allows."""
    began, signalled = clock.monotonic(), 0
    while clock.monotonic() - began < _SIGNALLING_S:
        ready = _take_due(clock.now())
        for cursor_id, platform, turn in ready:
            ring.overdue("sync.stream", cursor_id=cursor_id, platform=platform, turn=turn)
        signalled += len(ready)
        if len(ready) < _DUE_AT_ONCE:
            break
    return signalled


@app.task(name="sync.stream")
def stream(*, cursor_id: int, platform: str, turn: int | None = None) -> dict[str, int]:
    """Read one stream of one location on from its cursor.

    `turn` is the number of the reader that was the last as this one was signalled: it is over once
    there was another. Without it whoever asks has it read in any case.
    """
    ring.answered("sync.stream", cursor_id)
    done = run(cursor_id, budget_s=_SLICE_S, turn=turn)
    if done is None:
        return {}
    if done.more:
        turn = done.held.lease
        ring.overdue("sync.stream", cursor_id=cursor_id, platform=platform, turn=turn)
    return vars(done.counts)


def run(
    cursor_id: int,
    *,
    budget_s: float | None = None,
    report: Callable[[Counts], None] = lambda _: None,
    turn: int | None = None,
) -> Pull[StreamCursor] | None:
    """Read a stream to its end or for `budget_s`; None when another reader is at it.

    None, too, when it was read since its `turn` was given out, or is to be left alone by now.

    A failure is noted on the connection and the run, together with when it is tried again.
    """
    pull = taken(partial(_begin, cursor_id, turn=turn), _let_go)
    if pull is None:
        return None
    with context(correlation_id=pull.correlation_id, connection_id=pull.connection.id):
        with noting(pull, _give_up, _let_go):
            pull.heed()
            with reach.line(pull.connection, hurried=not ring.works_inline()) as line:
                _read(line, pull, budget_s, report)
            _finish(pull)
        if pull.fault is None:
            log.info("stream read", stream=pull.held.stream, more=pull.more, **vars(pull.counts))
    return pull


def _take_due(now: datetime) -> list[tuple[int, str, int]]:
    """Those whose time has come and whom nobody reads: cursor, platform and turn."""
    with unit_of_work() as session:
        ready = (
            select(StreamCursor.id)
            .where(StreamCursor.next_due_at <= now, lease.unread(StreamCursor, now), ~IS_GONE)
            .order_by(StreamCursor.next_due_at)
            .limit(_DUE_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        rows = session.execute(
            update(StreamCursor)
            .where(StreamCursor.id.in_(ready), Connection.id == StreamCursor.connection_id)
            .values(next_due_at=now + _SIGNALLED)
            .returning(StreamCursor.id, Connection.platform, StreamCursor.lease)
            .execution_options(synchronize_session=False)
        ).all()
    return [(row.id, row.platform, row.lease) for row in rows]


def _begin(cursor_id: int, session: Session, turn: int | None = None) -> Pull[StreamCursor] | None:
    now = clock.now()
    its_turn = () if turn is None else (StreamCursor.lease == turn,)
    cursor = lease.take(session, StreamCursor, cursor_id, now, *its_turn)
    if cursor is None:
        return None
    lost = lost_readers.of_stream(session, cursor)
    started = SyncRun(
        organization_id=cursor.organization_id,
        connection_id=cursor.connection_id,
        stream=cursor.stream,
        location_external_id=cursor.location_external_id,
        kind=sync_run.DELTA,
        started_at=now,
        correlation_id=uuid4().hex,
    )
    session.add(started)
    session.flush()
    connection = session.get_one(Connection, cursor.connection_id)
    return Pull(connection, started.id, started.correlation_id, cursor, lost=lost)


def _read(
    line: reach.Line,
    pull: Pull[StreamCursor],
    budget_s: float | None,
    report: Callable[[Counts], None],
) -> None:
    """Store page after page until there are no more, or time runs out."""
    until = None if budget_s is None else clock.monotonic() + budget_s
    stream = platforms()[pull.connection.platform].streams[pull.held.stream]
    with storing(pull, report) as put:
        for page, is_last in _pages(line, pull, stream.hold_back):
            moved = {"watermark": page.watermark} if page.done and page.watermark else {}
            put(page, **moved)
            if until is not None and clock.monotonic() > until:
                pull.more = not is_last
                return


def _pages(
    line: reach.Line, pull: Pull[StreamCursor], hold_back: timedelta
) -> Iterator[tuple[Page, bool]]:
    """The pages since the cursor, until now by the platform's clock; each with whether it ends it.

    Only the first answer tells that clock: when ours was off, the window is asked for anew. It is
    past what was read before, whatever ours says: else a clock of ours that is behind would take
    the platform's present for the future and not ask at all.
    """
    held = pull.held
    http = Alive(line.http, held)

    def since(now: datetime) -> Iterator[Page]:
        return line.connector.changes(
            http, held.stream, held.location_external_id, held.resume, now
        )

    now = line.http.server_now()
    if held.watermark is not None:
        now = max(now, held.watermark + hold_back + _MILLISECOND)
    pages = since(now)
    first = next(pages, None)
    if abs(line.http.server_now() - clock.now()) > _CLOCK_TOLERANCE:
        now = line.http.server_now()
        pages = since(now)
        first = next(pages, None)
    if first is not None:
        for page in chain((first,), pages):
            yield page, _ends(page, now - hold_back)


def _ends(page: Page, until: datetime) -> bool:
    """Whether nothing follows: a page that ends its window may be followed by other windows."""
    return page.done and page.watermark is not None and page.watermark > until - _MILLISECOND


def _finish(pull: Pull[StreamCursor]) -> None:
    now = clock.now()
    every = platforms()[pull.connection.platform].streams[pull.held.stream].every
    next_due_at = now if pull.more else now + every
    with unit_of_work() as session:
        lease.release(session, pull.held, next_due_at=next_due_at, failures=0)
        connections.succeeded(session, pull.connection.id, now)
        if pull.held.sales and pull.newest is not None:
            silence.note(session, pull.connection.id, pull.newest, now)
        _close(session, pull, status=sync_run.WAITING if pull.more else sync_run.DONE)


def _give_up(pull: Pull[StreamCursor], fault: Fault) -> None:
    """Note the failure where people look, and when it is tried again."""
    now = clock.now()
    if is_turn(fault):
        _wait_for_turn(pull, fault, now)
        return
    if isinstance(fault, NotGrantedError) and not pull.held.sales:
        _leave_out(pull, fault, now)
        return
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(
            session,
            pull.held,
            next_due_at=now + wait_after(fault, pull.held.failures),
            failures=pull.held.failures + 1,
        )
        connections.failed(session, pull.connection.id, fault, now)
        if isinstance(fault, AccessRefusedError):
            _leave_alone(session, pull.connection, now)
        status = sync_run.WAITING if isinstance(fault, TransientError) else sync_run.FAILED
        _close(session, pull, status=status, **told(fault))
    log.warning(
        "stream not read", stream=pull.held.stream, code=fault.code, sentence=fault.sentence
    )


def _wait_for_turn(pull: Pull[StreamCursor], fault: Fault, now: datetime) -> None:
    """No call is left for a moment: nothing is wrong, and others are read meanwhile."""
    next_due_at = now + wait_after(fault, pull.held.failures)
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(session, pull.held, next_due_at=next_due_at)
        # Who reads by itself goes no further; a worker reads on in its turn.
        why = told(fault) if ring.works_inline() else {}
        _close(session, pull, status=sync_run.WAITING, **why)


def _leave_out(pull: Pull[StreamCursor], fault: Fault, now: datetime) -> None:
    """What isn't granted is left out until it is: sales go on, and the connection is well."""
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(session, pull.held, next_due_at=now + LEFT_OUT_FOR, failures=0)
        _close(session, pull, status=sync_run.LEFT_OUT, **told(fault))
    log.info("stream left out", stream=pull.held.stream, code=fault.code)


def _leave_alone(session: Session, connection: Connection, now: datetime) -> None:
    """The credentials are refused: one stream tries them now and then, not each location's."""
    sooner = at_rest(
        StreamCursor.connection_id == connection.id,
        StreamCursor.next_due_at < now + ATTENTION_EVERY,
        lease.unread(StreamCursor, now),
    )
    session.execute(
        update(StreamCursor)
        .where(StreamCursor.id.in_(sooner))
        # Turns that were given out are over.
        .values(next_due_at=now + ATTENTION_EVERY, lease=StreamCursor.lease + 1)
        .execution_options(synchronize_session=False)
    )


def _let_go(pull: Pull[StreamCursor]) -> None:
    """Whoever stopped this reader needn't wait for its lease to end."""
    now = clock.now()
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(session, pull.held, next_due_at=now)
        _close(session, pull, status=sync_run.WAITING)


def _close(session: Session, pull: Pull[StreamCursor], **facts: Any) -> None:
    session.execute(
        update(SyncRun).where(SyncRun.id == pull.run_id).values(finished_at=clock.now(), **facts)
    )
