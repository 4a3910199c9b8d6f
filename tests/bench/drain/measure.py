"""Our drain, one written by hand, and a task an event."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.drain.backlog import Backlog, TooSlowError, backlog
from tests.bench.ground import Ground
from tests.children import CELERY, Child, child
from tests.waiting import until

RATE = "deliveries/s"
COST = "CPU ms each"
FLOOR = "drain by hand"
USUAL = "a task an event"


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """With one worker process, and with two."""
    with backlog(on, 1000 if quick else 4000) as stored:
        _make_tables(stored)
        return [row for processes in (1, 2) for row in _compare(stored, rounds, processes, quick)]


def _compare(stored: Backlog, rounds: int, processes: int, quick: bool) -> Iterator[Row]:
    samples = contest.run(
        {
            OURS: lambda: _ours(stored, processes),
            FLOOR: lambda: _by_hand(stored, processes),
            USUAL: lambda: _usual(stored, processes, 150 if quick else 500),
        },
        rounds,
    )
    work = f"drain, {processes} process{'es' if processes > 1 else ''}"
    yield contest.row(samples, work, RATE, FLOOR)
    yield contest.row(samples, work, RATE, USUAL, Goal(at_least=15) if processes == 2 else Goal())
    yield contest.row(samples, work, COST, FLOOR)
    yield contest.row(samples, work, COST, USUAL)


def _ours(stored: Backlog, processes: int) -> Figures:
    on = stored.on
    on.forget_messages()
    argv = [*CELERY, "worker", "-c", str(processes), "-Q", "toast.events", "-l", "INFO", "-Ofair"]
    quiet = {"TAXPOYNT_LOG_LEVEL": "INFO"}
    with _ready(on, [*argv, "--without-gossip", "--without-mingle"], quiet) as worker:
        # Imports and first connections are those of a worker that has just started.
        stored.fill_ours(most=400)
        _signal(stored, 2 * processes)
        stored.per_second("inbox_events", 400)
        stored.fill_ours()
        with _metered(on, worker) as spent_s:
            _signal(stored, processes)
            rate = stored.per_second("inbox_events")
        return {RATE: rate, COST: spent_s() / stored.size * 1000}


def _signal(stored: Backlog, times: int) -> None:
    from tasks import ring

    for _ in range(times):
        ring.task("handle.events", connection_id=stored.shop.connection_id, platform="toast")


def _by_hand(stored: Backlog, processes: int) -> Figures:
    on = stored.on
    on.sql("TRUNCATE floor_events, floor_orders, floor_lines, floor_payments")
    argv = [sys.executable, "-m", "tests.bench.drain.floor"]
    with ExitStack() as running:
        env = {"BENCH_DSN": on.dsn}
        each = [running.enter_context(_ready(on, argv, env)) for _ in range(processes)]
        with _metered(on, *each) as spent_s:
            stored.fill("floor_events")
            rate = stored.per_second("floor_events")
        return {RATE: rate, COST: spent_s() / stored.size * 1000}


def _usual(stored: Backlog, processes: int, size: int) -> Figures:
    on = stored.on
    on.sql("TRUNCATE usual_events, usual_orders, usual_lines, usual_payments")
    on.forget_messages()
    stored.fill("usual_events", size)
    _send_each(on)
    env = usual_env(on)
    argv = [sys.executable, "-m", "celery", "-A", "tests.bench.drain.usual", "worker"]
    argv += ["-c", str(processes), "-l", "INFO"]
    with _ready(on, argv, env, "Connected to") as worker, _metered(on, worker) as spent_s:
        rate = stored.per_second("usual_events", size)
        return {RATE: rate, COST: spent_s() / size * 1000}


def usual_env(on: Ground) -> dict[str, str]:
    """What the usual build is told."""
    return {
        "BENCH_URL": on.dsn.replace("postgresql://", "postgresql+psycopg2://"),
        "BENCH_BROKER_URL": on.other_broker_url,
    }


def _send_each(on: Ground) -> None:
    from celery import Celery

    app = Celery(set_as_current=False)
    app.config_from_object({"broker_url": on.other_broker_url})
    for (event_id,) in on.sql("SELECT id FROM usual_events ORDER BY id"):
        app.send_task("tests.bench.drain.usual.apply_event", (event_id,), ignore_result=True)
    app.close()


def _make_tables(stored: Backlog) -> None:
    from sqlalchemy import create_engine

    from tests.bench.drain import floor, usual

    stored.on.sql(floor.TABLES)
    usual.Base.metadata.create_all(create_engine(usual_env(stored.on)["BENCH_URL"]))


@contextmanager
def _ready(
    on: Ground, argv: list[str], env: dict[str, str], prompt: str = "ready."
) -> Iterator[Child]:
    on.log("contestant").write_bytes(b"")
    with child(argv, log=on.log("contestant"), env=env) as started:
        until(lambda: started.says(prompt), what=" ".join(argv[1:5]))
        try:
            yield started
        except TooSlowError as slow:
            raise SystemExit(f"{on.log('contestant').read_text()[-4000:]}\n{slow}") from None


def _metered(on: Ground, *workers: Child) -> AbstractContextManager[Callable[[], float]]:
    servers = (on.pid("postgres"), on.pid("valkey"))
    return cpu.metered(*servers, *(worker.pid for worker in workers))
