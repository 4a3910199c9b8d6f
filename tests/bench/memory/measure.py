"""How far processes grow: an import's reader, a worker that drains, the web that takes in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.bench import contest
from tests.bench.books import BOOKS
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.drain.backlog import Backlog, backlog
from tests.bench.ground import Ground
from tests.bench.memory.endless import endless
from tests.bench.receiver import serving
from tests.bench.receiver.measure import Target
from tests.bench.spending import resident_mb
from tests.children import CELERY, ROOT, child
from tests.shop import open_shop
from tests.waiting import until

GROWN, EARLY, LATE = "grown MB", "early MB", "late MB"
_GOAL = Goal(at_most=50)


def rows(on: Ground, rounds: int, *, quick: bool) -> Iterator[Row]:
    """A hundred thousand orders a round, and a million once where that was asked for."""
    yield from _imported(on, 5_000 if quick else 100_000, rounds)
    if os.environ.get("BENCH_MILLION"):
        yield from _imported(on, 1_000_000, 1)
    times = 3 if quick else 20
    size = 500 if quick else 1000
    work = f"memory, a worker after {size * times:,} deliveries"
    yield from _grown(work, lambda: _worker(on, size, times), rounds)
    work = "memory, the web after many deliveries"
    yield from _grown(work, lambda: _web(on, quick=quick), rounds)


def _imported(on: Ground, orders: int, rounds: int) -> Iterator[Row]:
    work = f"memory, an import of {orders:,} orders after its first hundredth"
    return _grown(work, lambda: _import(on, orders), rounds)


def _grown(work: str, once: Callable[[], Figures], rounds: int) -> Iterator[Row]:
    samples = contest.run({OURS: once}, rounds)
    yield contest.amount(samples, work, GROWN, _GOAL)
    yield contest.amount(samples, work, LATE)


def _import(on: Ground, orders: int) -> Figures:
    on.sql(f"TRUNCATE sync_runs, sync_slices, parked_records, {', '.join(BOOKS)} CASCADE")
    on.forget_messages()
    with endless(orders) as asked:
        argv = [sys.executable, "-m", "tests.bench.memory.reader", *map(str, asked), str(orders)]
        done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seen = json.loads(done.stdout)
    if seen["rows"] != orders:
        raise SystemExit(f"{seen['rows']} of {orders} orders were read.")
    return _figures(seen["early"], max(seen["late"], seen["peak"]))


def _worker(on: Ground, size: int, times: int) -> Figures:
    on.forget_messages()
    argv = [*CELERY, "worker", "-c", "1", "-Q", "toast.events", "-l", "INFO"]
    argv += ["--without-gossip", "--without-mingle"]
    log = on.log("contestant")
    log.write_bytes(b"")
    # Without it a worker doesn't tell that it is ready.
    heard = {"TAXPOYNT_LOG_LEVEL": "INFO"}
    with backlog(on, size) as stored, child(argv, log=log, env=heard) as worker:
        until(lambda: worker.says("ready."), timeout_s=120, what="the worker")
        _drain(stored)
        _drain(stored)
        early = resident_mb(worker.pid)
        for _ in range(times):
            _drain(stored)
        return _figures(early, resident_mb(worker.pid))


def _drain(stored: Backlog) -> None:
    from tasks import ring

    stored.fill_ours()
    ring.task("handle.events", connection_id=stored.shop.connection_id, platform="toast")
    stored.per_second("inbox_events")


def _web(on: Ground, *, quick: bool) -> Figures:
    with open_shop(orders=1) as shop, serving.our_web(on) as (url, web):
        target = Target(on, url + shop.address, web, shop.secret, "inbox_events")
        target.load(2)
        early = resident_mb(web.pid)
        target.load(3 if quick else 20)
        return _figures(early, resident_mb(web.pid))


def _figures(early: float, late: float) -> Figures:
    return {EARLY: early, LATE: late, GROWN: late - early}
