"""Backfills history: an import is a run, cut into slices that each finish in seconds."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import chain
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, TransientError
from config.logging import context, logger
from connectors.base.contract import Period, Window
from models import Connection, Location, Slice, SyncRun, connections, lease, run_progress, sync_run
from models.session import unit_of_work
from models.told import UNTOLD, told
from rules.business_dates import bounds, business_date
from tasks import app, giving_way, leaving_out, lost_readers, reach, ring
from tasks.pull import Alive, Counts, Pull, is_turn, noting, taken, wait_after
from tasks.storing import storing

log = logger(__name__)

# A task reads for this long, then signals its slice again: a busy month takes longer than any task
# may.
_TASK_S = 20.0
# Slices of one import that are signalled or read at a time: behind them others get their turn.
_ABREAST = 4


@app.task(name="backfill.plan")
def plan(*, run_id: int, platform: str) -> int:
    """Cut a run into slices and signal the first ones."""
    planned = cut(run_id)
    signal(run_id)
    return planned


@app.task(name="backfill.slice")
def slice_(*, slice_id: int, platform: str) -> dict[str, int]:
    """Read one slice on; signal it again, or the next of its run once it is done."""
    ring.answered("backfill.slice", slice_id)
    done = read(slice_id, budget_s=_TASK_S)
    if done is None:
        return {}
    signal(done.run_id)
    return vars(done.counts)


def signal(run_id: int | None = None) -> int:
    """Give workers the next slices of an import, or of each: as many as are read at a time.

    What is signalled already isn't once more. Returns how many are to be taken up.
    """
    with unit_of_work() as session:
        ready = run_progress.next_up(session, clock.now(), _ABREAST, run_id)
    for slice_id, platform in ready:
        ring.overdue("backfill.slice", slice_id=slice_id, platform=platform)
    return len(ready)


def begin(connection: Connection, stream: str, since: date, until: date) -> int:
    """Start an import of business dates `since` to `until`, both included; returns the run.

    The same import that was cut off before goes on where it was.
    """
    with unit_of_work() as session:
        unfinished = session.scalars(
            select(SyncRun.id).where(
                SyncRun.connection_id == connection.id,
                SyncRun.kind == sync_run.HISTORY,
                SyncRun.stream == stream,
                SyncRun.since == since,
                SyncRun.until == until,
                SyncRun.finished_at.is_(None),
            )
        ).first()
        if unfinished is not None:
            return unfinished
        run = SyncRun(
            organization_id=connection.organization_id,
            connection_id=connection.id,
            stream=stream,
            kind=sync_run.HISTORY,
            status=sync_run.PLANNED,
            since=since,
            until=until,
            started_at=clock.now(),
            correlation_id=uuid4().hex,
        )
        session.add(run)
        session.flush()
        return run.id


def cut(run_id: int) -> int:
    """Plan the slices of a run; doing it twice adds none. Returns how many there are."""
    with unit_of_work() as session:
        run = session.get_one(SyncRun, run_id, with_for_update=True)
        if run.finished_at is not None:
            return _count(session, run_id)
        connection = session.get_one(Connection, run.connection_id)
        connector = reach.connector(connection)
        sites = session.scalars(
            select(Location).where(Location.connection_id == connection.id, ~Location.archived)
        ).all()
        # As of the run's own start, so that a run that goes on later is cut just the same.
        windows = [
            connector.windows(run.stream, site.external_id, _period(run, site), run.started_at)
            for site in sites
        ]
        _plan(session, run, list(chain.from_iterable(windows)))
        run.status = sync_run.RUNNING
        session.flush()
        _close_if_done(session, run.id)
        return _count(session, run_id)


def read(
    slice_id: int,
    report: Callable[[Counts], None] = lambda _: None,
    *,
    budget_s: float | None = None,
) -> Pull[Slice] | None:
    """Read a slice on to its end or for `budget_s`; None when it is done or somebody else's.

    None, too, when it failed. A failure is noted on the slice together with when it is tried again.
    """
    pull = taken(partial(_begin, slice_id), _let_go)
    if pull is None:
        return None
    with context(correlation_id=pull.correlation_id, connection_id=pull.connection.id):
        with noting(pull, _give_up, _let_go):
            pull.heed()
            with reach.line(pull.connection, hurried=not ring.works_inline()) as line:
                _pages_into(pull, line, report, budget_s)
            _let_go(pull) if pull.more else _finish(pull)
        if pull.fault is not None:
            # One whose turn to call hasn't come makes room for the next.
            return pull if is_turn(pull.fault) else None
        log.info("slice read", slice_id=slice_id, more=pull.more, **vars(pull.counts))
    return pull


def _pages_into(
    pull: Pull[Slice],
    line: reach.Line,
    report: Callable[[Counts], None],
    budget_s: float | None,
) -> None:
    until = None if budget_s is None else clock.monotonic() + budget_s
    http = Alive(line.http, pull.held)
    with storing(pull, report, giving_way.after) as put:
        for page in line.connector.history(http, _window(pull.held), pull.held.resume):
            put(page, **lost_readers.progress(pull.held))
            if until is not None and clock.monotonic() > until and not page.done:
                pull.more = True
                return


def _count(session: Session, run_id: int) -> int:
    return session.scalar(select(func.count()).where(Slice.run_id == run_id)) or 0


def _period(run: SyncRun, site: Location) -> Period:
    """The run's business dates at one location, none of them after the run began."""
    since, until = run.since or date.min, run.until or date.max
    today = business_date(run.started_at, site.time_zone, site.closeout_hour)
    until = min(until, max(today, since))
    start, _ = bounds(since, site.time_zone, site.closeout_hour)
    _, end = bounds(until, site.time_zone, site.closeout_hour)
    return Period(since, until, start, min(end, run.started_at))


def _plan(session: Session, run: SyncRun, windows: Sequence[Window]) -> None:
    """Add a slice for each window that has none; the run is locked.

    An insert that relied on the unique key would wait for the reader of the slice in its way, who
    waits for the run.
    """
    columns = (Slice.stream, Slice.location_external_id, Slice.start_at, Slice.mode)
    rows = session.execute(select(*columns).where(Slice.run_id == run.id))
    planned = {(row.stream, row.location_external_id, row.start_at, row.mode) for row in rows}
    now = clock.now()
    # A stream that isn't read by location has the same windows at each.
    wanted = {(each.stream, each.location, each.start, each.mode): each for each in windows}
    session.add_all(
        Slice(
            organization_id=run.organization_id,
            run_id=run.id,
            stream=window.stream,
            location_external_id=window.location,
            start_at=window.start,
            end_at=window.end,
            mode=window.mode,
            next_attempt_at=now,
        )
        for key, window in wanted.items()
        if key not in planned
    )


def _begin(slice_id: int, session: Session) -> Pull[Slice] | None:
    left = lease.is_left(session, Slice, slice_id)
    held = lease.take(session, Slice, slice_id, clock.now())
    if held is None:
        return None
    if held.status == sync_run.DONE:
        lease.release(session, held)
        return None
    run = session.get_one(SyncRun, held.run_id)
    connection = session.get_one(Connection, run.connection_id)
    lost = lost_readers.of_slice(held) if left else None
    return Pull(connection, run.id, run.correlation_id, held, lost=lost)


def _window(held: Slice) -> Window:
    return Window(held.stream, held.location_external_id, held.start_at, held.end_at, held.mode)


def _finish(pull: Pull[Slice]) -> None:
    now = clock.now()
    with unit_of_work() as session:
        lease.release(session, pull.held, status=sync_run.DONE, **UNTOLD)
        # Before the connection: planning may hold the run for a while, and others want that row.
        session.get_one(SyncRun, pull.run_id, with_for_update=True)
        leaving_out.over(session, pull.run_id)
        _close_if_done(session, pull.run_id)
        connections.succeeded(session, pull.connection.id, now)


def _let_go(pull: Pull[Slice]) -> None:
    """Whoever stopped this reader needn't wait for its lease to end."""
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(session, pull.held)


def _close_if_done(session: Session, run_id: int) -> None:
    left = select(Slice.id).where(Slice.run_id == run_id, Slice.status != sync_run.DONE).exists()
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run_id, ~left)
        .values(status=sync_run.DONE, finished_at=clock.now())
    )


def _give_up(pull: Pull[Slice], fault: Fault) -> None:
    now = clock.now()
    failures = pull.held.failures
    if is_turn(fault):
        # Nothing is wrong: another slice is read meanwhile.
        with suppress(lease.LeaseLostError), unit_of_work() as session:
            lease.release(session, pull.held, next_attempt_at=now + wait_after(fault, failures))
        return
    if leaving_out.may_be(pull, fault):
        leaving_out.of_import(pull, fault, now)
        return
    status = sync_run.WAITING if isinstance(fault, TransientError) else sync_run.FAILED
    with suppress(lease.LeaseLostError), unit_of_work() as session:
        lease.release(
            session,
            pull.held,
            status=status,
            failures=failures + 1,
            next_attempt_at=now + wait_after(fault, failures),
            **told(fault),
        )
        connections.failed(session, pull.connection.id, fault, now)
    log.warning("slice not read", code=fault.code, sentence=fault.sentence)
