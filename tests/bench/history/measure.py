"""Our pull path against COPY of the very rows that it stored, into the same tables."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from tests.bench import contest, cpu
from tests.bench.books import BOOKS
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.ground import Ground
from tests.bench.history import reader
from tests.bench.history.source import History, source
from tests.children import ROOT

RATE = "orders/s"
COST = "CPU ms each"
FLOOR = "COPY of the same rows"
# Others refer to them, so they are there before the rest is copied by several at once.
_FIRST, *_REST = BOOKS


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """Imports into empty tables, read by one process and by two."""
    with source(1000 if quick else 6000) as history:
        work = Importing(on, history)
        # The first reading fills the source's memory and gives COPY its rows.
        work.ours(1)
        work.dump()
        return [row for abreast in (1, 2) for row in _compare(work, rounds, abreast)]


def _compare(work: "Importing", rounds: int, abreast: int) -> Iterator[Row]:
    contestants = {OURS: lambda: work.ours(abreast), FLOOR: lambda: work.copy(abreast)}
    samples = contest.run(contestants, rounds)
    name = f"import, {abreast} process{'es' if abreast > 1 else ''}"
    yield contest.row(samples, name, RATE, FLOOR, Goal(at_least=0.7))
    yield contest.row(samples, name, COST, FLOOR)


@dataclass
class Importing:
    """An import, and COPY of what it stored; `dumped` are the rows by table."""

    on: Ground
    history: History
    dumped: dict[str, list[str]] = field(default_factory=dict)

    def ours(self, processes: int) -> Figures:
        """Read it all from the source, every other slice by the same process."""
        self.history.forget_rows(self.on)
        past = self.history
        slices = reader.plan(past.connection_id, past.since, past.until)
        with cpu.metered(self.on.pid("postgres"), self.on.pid("valkey")) as servers_s:
            started = [_reading(slices[first::processes]) for first in range(processes)]
            done = [_told(each) for each in started]
            spent = servers_s()
        count = sum(each["rows"] for each in done)
        if count != self.history.orders:
            raise SystemExit(f"{count} of {self.history.orders} orders were stored.")
        seconds = max(each["ended"] for each in done) - min(each["began"] for each in done)
        return {
            RATE: count / seconds,
            COST: (sum(each["cpu"] for each in done) + spent) / count * 1000,
            "grown MB": max(each["grown_mb"] for each in done),
        }

    def dump(self) -> None:
        """Keep what is stored now as COPY writes it."""
        connection = psycopg2.connect(self.on.dsn)
        with connection, connection.cursor() as cursor:
            for table in BOOKS:
                text = io.StringIO()
                cursor.copy_expert(f"COPY {table} TO STDOUT", text)
                self.dumped[table] = text.getvalue().splitlines(keepends=True)
        connection.close()

    def copy(self, connections: int) -> Figures:
        """Store it again, one COPY a table, each connection its part in one transaction."""
        self.history.forget_rows(self.on)
        parts = [
            {table: "".join(self.dumped[table][first::connections]) for table in _REST}
            for first in range(connections)
        ]
        own, start = time.process_time(), time.perf_counter()
        with cpu.metered(self.on.pid("postgres")) as server_s, ThreadPoolExecutor() as threads:
            self._copy({_FIRST: "".join(self.dumped[_FIRST])})
            list(threads.map(self._copy, parts))
            seconds = time.perf_counter() - start
            spent = server_s() + time.process_time() - own
        count = self.history.orders
        return {RATE: count / seconds, COST: spent / count * 1000}

    def _copy(self, texts: dict[str, str]) -> None:
        connection = psycopg2.connect(self.on.dsn)
        with connection, connection.cursor() as cursor:
            for table, text in texts.items():
                cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))
        connection.close()


def _reading(slices: Sequence[int]) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "tests.bench.history.reader", *map(str, slices)]
    return subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)


def _told(reading: subprocess.Popen[bytes]) -> dict[str, Any]:
    said, _ = reading.communicate()
    if reading.returncode:
        raise SystemExit("A reader failed: what is measured here is not the work.")
    told: dict[str, Any] = json.loads(said)
    return told
