"""Our door against a bare route, one INSERT, and the usual build; with and without a broker."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.drain.measure import usual_env
from tests.bench.ground import Ground
from tests.bench.receiver import doors, serving
from tests.children import ROOT, Child
from tests.shop import Shop, open_shop

RATE = "requests/s"
COST = "CPU ms each"
LATENCIES = ("p50 ms", "p95 ms", "p99 ms")
FLOOR = "verify, one INSERT"
USUAL = f"verify, ORM, a task each, on {serving.usual_server()}"
BARE = "a bare route"
FROZEN = "ours, broker frozen"
AT_REST = 200
_TRAFFIC = (sys.executable, "-m", "tests.bench.receiver.traffic")


@dataclass(frozen=True)
class Target:
    """A running door and what it costs."""

    on: Ground
    url: str
    server: Child
    secret: str
    tables: str

    def load(self, seconds: float, rate: int = 0) -> Figures:
        """Send traffic to it, into empty tables. Raises: SystemExit when one was refused."""
        if self.tables:
            self.on.sql(f"TRUNCATE {self.tables}")
        servers = (self.on.pid("postgres"), self.on.pid("valkey"))
        with cpu.metered(self.server.pid, *servers) as spent_s:
            done = subprocess.run(
                [*_TRAFFIC, self.url, self.secret, f"--seconds={seconds}", f"--rate={rate}"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                check=True,
            )
            spent = spent_s()
        figures = json.loads(done.stdout)
        statuses = figures.pop("statuses")
        if set(statuses) != {"202"}:
            raise SystemExit(f"{self.url} answered {statuses}: that is not the work measured.")
        return {**figures, COST: spent / sum(statuses.values()) * 1000}


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """Saturated, then at rest."""
    seconds = 2.0 if quick else 5.0
    with open_shop(orders=1) as shop, ExitStack() as running:
        targets = _open(on, shop, running)
        for target in targets.values():
            # The first answers of a process take long, longer still on a busy machine.
            target.load(5)
        return [
            *_saturated(targets, rounds, seconds),
            *_at_rest(on, targets, rounds, seconds * 2),
        ]


def _open(on: Ground, shop: Shop, running: ExitStack) -> dict[str, Target]:
    from sqlalchemy import create_engine

    from tests.bench.drain import usual

    on.sql(doors.TABLE)
    usual.Base.metadata.create_all(create_engine(usual_env(on)["BENCH_URL"]))
    env = {"BENCH_DSN": on.dsn, "BENCH_SECRET": shop.secret, **usual_env(on)}

    def target(server: tuple[str, Child], tables: str, path: str = "/") -> Target:
        url, process = server
        return Target(on, url + path, process, shop.secret, tables)

    def other(name: str) -> tuple[str, Child]:
        return running.enter_context(serving.door(on, name, env))

    return {
        OURS: target(running.enter_context(serving.our_web(on)), "inbox_events", shop.address),
        FLOOR: target(other("floor"), "floor_deliveries"),
        USUAL: target(other("usual"), "usual_events"),
        BARE: target(other("bare"), ""),
    }


def _saturated(targets: dict[str, Target], rounds: int, seconds: float) -> Iterator[Row]:
    def load(name: str) -> Callable[[], Figures]:
        return lambda: targets[name].load(seconds)

    samples = contest.run({name: load(name) for name in (OURS, FLOOR, USUAL)}, rounds)
    work = "receiver, saturated"
    yield contest.row(samples, work, RATE, FLOOR, Goal(at_least=0.9))
    yield contest.row(samples, work, RATE, USUAL, Goal(at_least=3.5))
    yield contest.row(samples, work, COST, FLOOR)
    yield contest.row(samples, work, COST, USUAL)


def _at_rest(on: Ground, targets: dict[str, Target], rounds: int, seconds: float) -> Iterator[Row]:
    def load(name: str, *, frozen: bool = False) -> Figures:
        with on.frozen_broker() if frozen else nullcontext():
            return targets[name].load(seconds, AT_REST)

    samples = contest.run(
        {
            OURS: lambda: load(OURS),
            FROZEN: lambda: load(OURS, frozen=True),
            BARE: lambda: load(BARE),
        },
        rounds,
    )
    for figure in LATENCIES:
        goal = Goal(at_most=2.5) if figure == "p99 ms" else Goal()
        yield contest.row(samples, f"receiver at {AT_REST}/s", figure, BARE, goal)
    for figure in LATENCIES:
        goal = Goal(at_most=1.5) if figure == "p99 ms" else Goal()
        work = f"the same, {FROZEN.partition(', ')[2]}"
        yield contest.row(samples, work, figure, OURS, goal, subject=FROZEN)
