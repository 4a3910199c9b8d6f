"""Our issuing against INSERT of the very rows that it stored, one a row and one commit each."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import psycopg2
from psycopg2.extras import Json

from tasks import handle
from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.drain.backlog import backlog
from tests.bench.ground import Ground
from tests.children import ROOT

RATE = "invoices/s"
COST = "CPU ms each"
FLOOR = "INSERT row by row"
_HEADS, _PARTS = "invoices", ("invoice_lines", "invoice_taxes")
_Rows = list[tuple[Any, ...]]


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """Every order of a backlog is owed an invoice, or needs none."""
    with backlog(on, 600 if quick else 2000) as stored:
        stored.fill_ours()
        while handle.drain(stored.shop.connection_id):
            pass
        work = _Issuing(on, stored.shop.connection_id)
        work.ours()
        work.dump()
        samples = contest.run({OURS: work.ours, FLOOR: work.insert}, rounds)
        return [
            contest.row(samples, "invoices", RATE, FLOOR, Goal(at_least=1)),
            contest.row(samples, "invoices", COST, FLOOR),
        ]


@dataclass
class _Issuing:
    on: Ground
    connection_id: int
    _columns: dict[str, str] = field(default_factory=dict)
    _dumped: list[dict[str, _Rows]] = field(default_factory=list)

    def ours(self) -> Figures:
        """Draw up, number and store them all."""
        self._forget()
        with cpu.metered(self.on.pid("postgres"), self.on.pid("valkey")) as servers_s:
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.invoices.issuer", str(self.connection_id)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                check=True,
            )
            spent = servers_s()
        figures = json.loads(done.stdout)
        if not figures["issued"]:
            raise SystemExit("No invoice was issued: what is measured here is not the work.")
        each = figures["issued"]
        return {
            RATE: each / figures["seconds"],
            COST: (figures["cpu"] + spent) / each * 1000,
        }

    def dump(self) -> None:
        """Keep what is stored now, the rows of an invoice together."""
        by_table = {table: self._read(table) for table in (_HEADS, *_PARTS)}
        for number, row in by_table[_HEADS].items():
            parts = {table: by_table[table].get(number, []) for table in _PARTS}
            self._dumped.append({_HEADS: row, **parts})

    def insert(self) -> Figures:
        """Store it again."""
        self._forget()
        statements = {
            table: f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * names.count(','))}"
            ", %s)"
            for table, names in self._columns.items()
        }
        connection = psycopg2.connect(self.on.dsn)
        own, start = time.process_time(), time.perf_counter()
        with cpu.metered(self.on.pid("postgres")) as server_s:
            for one in self._dumped:
                with connection, connection.cursor() as cursor:
                    for table, several in one.items():
                        for row in several:
                            cursor.execute(statements[table], row)
            seconds = time.perf_counter() - start
            spent = server_s() + time.process_time() - own
        connection.close()
        count = len(self._dumped)
        return {RATE: count / seconds, COST: spent / count * 1000}

    def _forget(self) -> None:
        """As if none had been issued yet."""
        self.on.sql(f"TRUNCATE {_HEADS}, {', '.join(_PARTS)}")
        self.on.sql("UPDATE orders SET invoice_state = 'due' WHERE invoice_state = 'issued'")
        self.on.sql("UPDATE invoice_series SET next_number = 1")
        self.on.forget_messages()

    def _read(self, table: str) -> dict[int, _Rows]:
        """Rows by the invoice that they belong to."""
        key = "id" if table == _HEADS else "invoice_id"
        connection = psycopg2.connect(self.on.dsn)
        with connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}, id")
            names = [column.name for column in cursor.description]
            found = [tuple(map(_sendable, row)) for row in cursor.fetchall()]
        connection.close()
        self._columns[table] = ", ".join(names)
        at = names.index(key)
        return {number: list(several) for number, several in groupby(found, lambda row: row[at])}


def _sendable(value: Any) -> Any:
    return Json(value) if isinstance(value, dict) else value
