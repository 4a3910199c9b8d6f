"""Our delta against a client that reads the same pages and stores nothing."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.ground import Ground
from tests.bench.history.source import History, source
from tests.children import ROOT

RATE = "orders/s"
COST = "CPU ms each"
FLOOR = "pages read, nothing stored"


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """From a cursor before the first order until now."""
    with source(1000 if quick else 6000) as history:
        work = _Delta(on, history)
        # The first reading fills the source's memory.
        work.ours()
        samples = contest.run({OURS: work.ours, FLOOR: work.bare}, rounds)
        return [
            contest.row(samples, "delta", RATE, FLOOR, Goal(at_least=0.7)),
            contest.row(samples, "delta", COST, FLOOR),
        ]


@dataclass
class _Delta:
    on: Ground
    history: History

    def ours(self) -> Figures:
        """Read and store it all."""
        self.history.forget_rows(self.on)
        self.on.sql(
            "UPDATE cursors SET resume = %s, watermark = NULL WHERE connection_id = %s "
            "AND stream = 'orders'",
            json.dumps({"mark": f"{self.history.since}T00:00:00+00:00"}),
            self.history.connection_id,
        )
        with cpu.metered(self.on.pid("postgres"), self.on.pid("valkey")) as servers_s:
            figures = _run("reader", str(self.history.connection_id))
            spent = servers_s()
        if figures["rows"] != self.history.orders:
            raise SystemExit(f"{figures['rows']} of {self.history.orders} orders were stored.")
        return self._figures(figures["seconds"], figures["cpu"] + spent)

    def bare(self) -> Figures:
        """Read it all."""
        windows = {
            (f"{self.history.url}{path}?{query.rpartition('&page=')[0]}", restaurant)
            for _, path, query, restaurant in self.history.questions()
            if "startDate=" in query
        }
        figures = _run("bare", given=json.dumps(sorted(windows)))
        return self._figures(figures["seconds"], figures["cpu"])

    def _figures(self, seconds: float, spent_s: float) -> Figures:
        count = self.history.orders
        return {RATE: count / seconds, COST: spent_s / count * 1000}


def _run(program: str, *asked: str, given: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.delta.{program}", *asked],
        cwd=ROOT,
        input=given.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
