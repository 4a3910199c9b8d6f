"""Our import against dlt and a Singer tap: whole processes, into empty and into full tables."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.ground import Ground
from tests.bench.peers import environment
from tests.bench.peers.source import Pages, pages
from tests.bench.spending import Spending, spending

DLT = "dlt, rest_api"
ARROW = "dlt, Arrow"
SINGER = "Singer tap, target-postgres"
LOAD, MERGE, COST, PEAK = "load orders/s", "merge orders/s", "CPU ms each", "peak MB"
_PROGRAMS = Path(__file__).with_name("programs")
_FASTER = {DLT: 5.0, ARROW: 1.3, SINGER: 8.0}


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """None where the peers can't be installed."""
    python = environment.interpreter()
    if python is None:
        return []
    with pages(800 if quick else 6000) as source:
        work = Peers(on, source, python)
        # The first reading fills the source's memory.
        work.ours()
        samples = contest.run(
            {OURS: work.ours, DLT: work.rest, ARROW: work.arrow, SINGER: work.singer}, rounds
        )
    return list(_rows(samples))


def _rows(samples: contest.Samples) -> Iterator[Row]:
    for figure in (LOAD, MERGE):
        work = f"history, Toast orders: {figure.partition(' ')[0]}"
        for peer, times in _FASTER.items():
            yield contest.row(samples, work, figure, peer, Goal(at_least=times))
    # A clock tells more of a busy machine than of a program; this doesn't.
    for peer in _FASTER:
        yield contest.row(samples, "history, Toast orders: load", COST, peer)
    work = "history, Toast orders: memory"
    yield contest.row(samples, work, PEAK, DLT, Goal(at_most=0.35))
    yield contest.row(samples, work, PEAK, ARROW)
    yield contest.row(samples, work, PEAK, SINGER)


@dataclass(frozen=True)
class Peers:
    """Each contestant as a program; `under` is a command that runs it, to look at it."""

    on: Ground
    source: Pages
    python: Path
    under: Sequence[str] = ()

    def ours(self) -> Figures:
        """Our pull path."""
        asked = (self.source.connection_id, self.source.since, self.source.until)
        argv = [sys.executable, "-m", "tests.bench.peers.ours", *map(str, asked)]
        self.source.forget_rows(self.on)
        stored = "SELECT count(*) FROM orders"
        return self._twice(lambda: self._spending(argv), stored)

    def rest(self) -> Figures:
        """dlt's declarative source."""
        return self._dlt("dlt_rest", "peer_rest")

    def arrow(self) -> Figures:
        """dlt on Arrow tables, stored by COPY from CSV."""
        return self._dlt("dlt_arrow", "peer_arrow")

    def singer(self) -> Figures:
        """A tap piped to its target, which stores by COPY and then upserts."""
        schema = "peer_singer"
        self.on.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        config = self.on.home / "target.json"
        config.write_text(json.dumps(_target(self.on, schema)))
        tap, target = _PROGRAMS / "tap.py", self.python.with_name("target-postgres")
        target_argv = shlex.join([*self.under, str(target), "--config", str(config)])
        argv = ["bash", "-o", "pipefail", "-c", f"{self.python} {tap} | {target_argv}"]
        env = self.source.env(self.on)
        return self._twice(
            lambda: spending(argv, self.on.log("peer"), env),
            f"SELECT count(*) FROM {schema}.orders",
        )

    def _dlt(self, program: str, schema: str) -> Figures:
        self.on.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        self.on.sql(f"DROP SCHEMA IF EXISTS {schema}_staging CASCADE")
        shutil.rmtree(self.on.home / "peers", ignore_errors=True)
        argv = [self.python, _PROGRAMS / f"{program}.py"]
        env = self.source.env(self.on, schema=schema)
        env |= {"RUNTIME__DLTHUB_TELEMETRY": "false"}
        return self._twice(
            lambda: self._spending(argv, env), f"SELECT count(*) FROM {schema}.orders"
        )

    def _twice(self, once: Callable[[], Spending], stored: str) -> Figures:
        """Into empty tables, then all of it again."""
        spent, costs, servers = [], [], self.on.pid("postgres")
        for _ in range(2):
            before = cpu.spent_s(servers)
            spent.append(once())
            costs.append(spent[-1].cpu_s + cpu.spent_s(servers) - before)
            [(found,)] = self.on.sql(stored)
            if found != self.source.orders:
                raise SystemExit(f"{found} of {self.source.orders} orders are stored.")
        load, merge = spent
        return {
            LOAD: self.source.orders / load.seconds,
            MERGE: self.source.orders / merge.seconds,
            COST: costs[0] / self.source.orders * 1000,
            PEAK: max(load.peak_mb, merge.peak_mb),
        }

    def _spending(
        self, argv: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> Spending:
        return spending([*self.under, *argv], self.on.log("peer"), env)


def _target(on: Ground, schema: str) -> dict[str, object]:
    """What its documentation names for speed: COPY, and no second look at each record."""
    return {
        "sqlalchemy_url": on.dsn.replace("postgresql://", "postgresql+psycopg://"),
        "default_target_schema": schema,
        "use_copy": True,
        "load_method": "upsert",
        "validate_records": False,
        "add_record_metadata": False,
        "activate_version": False,
    }
