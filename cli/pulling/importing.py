"""Runs an import from its first slice to its last invoice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

import click

from cli.pulling import workers
from cli.pulling.history import History
from cli.pulling.invoicing import Invoicing
from cli.pulling.patience import Outlasting
from cli.pulling.progress import Progress
from config import clock
from models import Connection, Slice, SyncRun, order_standing, run_progress
from models.session import DatabaseAwayError, unit_of_work
from models.site_list import of_connection
from rules.business_dates import business_date
from tasks import backfill, sites


@dataclass(frozen=True)
class Asked:
    """What is to be imported: a run for each stream."""

    connection: Connection
    since: date
    until: date
    run_ids: Sequence[int]


@dataclass(frozen=True)
class Came:
    """What an import came to. `held_up` is the slice that failed or waits, by run.

    `orders` counts those of its dates by what became of their invoices.
    """

    runs: Sequence[SyncRun]
    held_up: Sequence[Slice]
    orders: Mapping[str, int]
    interrupted: bool
    elapsed_s: float


def begin(connection: Connection, streams: Sequence[str], since: date, until: date | None) -> Asked:
    """Start runs, or find those that were cut off.

    Raises: click.BadParameter; TransientError when the locations can't be listed.
    """
    with unit_of_work() as session:
        known = of_connection(session, connection.id)
    if not known:
        sites.refresh(connection.id)
    today = _today(connection)
    last = until or today
    if since > min(last, today):
        problem = f"lies after {'--until' if until else 'today'}, {last}."
        raise click.BadParameter(f"{since} {problem}", param_hint="--since")
    runs = [backfill.begin(connection, stream, since, last) for stream in streams]
    return Asked(connection, since, last, runs)


def signal(asked: Asked) -> bool:
    """Give the work to workers; false when none is up."""
    for run_id in asked.run_ids:
        backfill.plan(run_id=run_id, platform=asked.connection.platform)
    return workers.take("backfill.slice", asked.connection.platform)


def run(asked: Asked, say: Callable[[str], None]) -> Came:
    """Read every run, then see its orders invoiced; Ctrl-C ends it early.

    Raises: DatabaseAwayError when that lasts; KeyboardInterrupt when nothing can be told any more.
    """
    began, outlasting = clock.monotonic(), Outlasting(say)
    try:
        with outlasting.until_interrupted():
            _follow(asked, outlasting, say)
            return outlasting.through(partial(_came, asked, began, interrupted=False))
    except KeyboardInterrupt:
        with _stopped():
            return _came(asked, began, interrupted=True)


@contextmanager
def _stopped() -> Iterator[None]:
    """Whoever stopped a command needn't hear that the database is away."""
    try:
        yield
    except DatabaseAwayError as fault:
        raise KeyboardInterrupt from fault


def _follow(asked: Asked, outlasting: Outlasting, say: Callable[[str], None]) -> None:
    for run_id in asked.run_ids:
        with Progress(asked.connection.name) as progress:

            def show(*state: int, run_id: int = run_id, progress: Progress = progress) -> None:
                outlasting.saw(run_id, *state)
                progress.show(*state)

            history = History(run_id, asked.connection.platform, show, say)
            outlasting.through(history.retry_failed)
            outlasting.through(history.run)
    outlasting.through(Invoicing(asked.connection.id, outlasting.saw).settle)


def _came(asked: Asked, began: float, *, interrupted: bool) -> Came:
    connection = asked.connection
    with unit_of_work() as session:
        runs = [session.get_one(SyncRun, run_id) for run_id in asked.run_ids]
        held_up = [run_progress.trouble(session, run_id) for run_id in asked.run_ids]
        orders = order_standing.of_dates(
            session, connection.organization_id, connection.id, asked.since, asked.until
        )
    found = [each for each in held_up if each is not None]
    return Came(runs, found, orders, interrupted, clock.monotonic() - began)


def _today(connection: Connection) -> date:
    """The latest business date among the connection's locations."""
    now = clock.now()
    with unit_of_work() as session:
        sites = of_connection(session, connection.id)
    ours = (business_date(now, each.time_zone, each.closeout_hour) for each in sites)
    return max(ours, default=now.date())
