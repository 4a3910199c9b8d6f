"""Our pull path against COPY of the very rows that it stored, into the same tables."""

import io
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psycopg2

from tests.bench import contest, cpu
from tests.bench.books import BOOKS
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.ground import Ground
from tests.bench.history.source import History, source
from tests.children import ROOT

RATE = "orders/s"
COST = "CPU ms each"
FLOOR = "COPY of the same rows"


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """One import into empty tables."""
    with source(1000 if quick else 6000) as history:
        work = _Import(on, history)
        # The first reading fills the source's memory and gives COPY its rows.
        work.ours()
        work.dump()
        samples = contest.run({OURS: work.ours, FLOOR: work.copy}, rounds)
        return [
            contest.row(samples, "import", RATE, FLOOR, Goal(at_least=0.7)),
            contest.row(samples, "import", COST, FLOOR),
        ]


@dataclass
class _Import:
    on: Ground
    history: History
    _dumped: dict[str, str] = field(default_factory=dict)

    def ours(self) -> Figures:
        """Read it all from the source."""
        self.history.forget_rows(self.on)
        asked = (self.history.connection_id, self.history.since, self.history.until)
        with cpu.metered(self.on.pid("postgres"), self.on.pid("valkey")) as servers_s:
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.history.reader", *map(str, asked)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                check=True,
            )
            spent = servers_s()
        figures = json.loads(done.stdout)
        if figures["rows"] != self.history.orders:
            raise SystemExit(f"{figures['rows']} of {self.history.orders} orders were stored.")
        return {
            RATE: figures["rows"] / figures["seconds"],
            COST: (figures["cpu"] + spent) / figures["rows"] * 1000,
            "grown MB": figures["grown_mb"],
        }

    def dump(self) -> None:
        """Keep what is stored now as COPY writes it."""
        connection = psycopg2.connect(self.on.dsn)
        with connection, connection.cursor() as cursor:
            for table in BOOKS:
                text = io.StringIO()
                cursor.copy_expert(f"COPY {table} TO STDOUT", text)
                self._dumped[table] = text.getvalue()
        connection.close()

    def copy(self) -> Figures:
        """Store it again, one COPY a table, all in one transaction."""
        self.history.forget_rows(self.on)
        connection = psycopg2.connect(self.on.dsn)
        own, start = time.process_time(), time.perf_counter()
        with cpu.metered(self.on.pid("postgres")) as server_s:
            with connection, connection.cursor() as cursor:
                for table in BOOKS:
                    cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(self._dumped[table]))
            seconds = time.perf_counter() - start
            spent = server_s() + time.process_time() - own
        connection.close()
        count = self.history.orders
        return {RATE: count / seconds, COST: spent / count * 1000}
