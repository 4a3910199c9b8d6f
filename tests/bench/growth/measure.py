"""Orders a second through the write path while more and more are stored, against COPY.

The books are grown by copies of what was read, parts and all, under a connection of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import psycopg2

from tests.bench import contest
from tests.bench.books import BOOKS
from tests.bench.contest import OURS, Goal, Row, Samples
from tests.bench.ground import Ground
from tests.bench.history.measure import COST, FLOOR, RATE, Importing
from tests.bench.history.source import History, source
from tests.bench.lists.fill import vacuum

_SIZES = (10_000, 100_000, 1_000_000)
_QUICK = (10_000, 30_000)
_PARTS = tuple(table for table in BOOKS if table not in ("customers", "orders", "stale_days"))
# What isn't copied as it is: identities, what points at others, and the largest.
_OWN = {"id", "connection_id", "external_id", "vendor", "customer_id", "location_id"}
_FIRST = "ours with the fewest stored"


def rows(on: Ground, rounds: int, *, quick: bool) -> Iterator[Row]:
    """The same import into books of more and more orders; then how much slower it has become."""
    with _grown(on, 1000 if quick else 4000) as books:
        first: Samples | None = None
        for size in _QUICK if quick else _SIZES:
            books.grow(size)
            name = f"import, {size:,} orders stored".replace(",", " ")
            samples = _compare(books, rounds)
            yield contest.row(samples, name, RATE, FLOOR, Goal(at_least=0.7))
            yield contest.row(samples, name, COST, FLOOR)
            if first is None:
                first = samples
                continue
            against = Samples()
            against.update({OURS: samples[OURS], _FIRST: first[OURS]})
            against.others = samples.others
            yield contest.row(against, name, RATE, _FIRST)


def _compare(books: "_Books", rounds: int) -> Samples:
    work = Importing(books.on, books.history, books.dumped)
    return contest.run({OURS: lambda: work.ours(1), FLOOR: lambda: work.copy(1)}, rounds)


@dataclass(frozen=True)
class _Emptied(History):
    """Forgets what was read and keeps what it was grown by."""

    def forget_rows(self, on: Ground) -> None:
        """Take away the rows of this connection alone."""
        ours = f"SELECT id FROM orders WHERE connection_id = {self.connection_id}"
        for table in _PARTS:
            on.sql(f"DELETE FROM {table} WHERE order_id IN ({ours})")
        for table in ("orders", "customers"):
            on.sql(f"DELETE FROM {table} WHERE connection_id = {self.connection_id}")
        on.sql("TRUNCATE sync_runs, sync_slices, parked_records, stale_days CASCADE")
        on.forget_messages()


@dataclass
class _Books:
    on: Ground
    history: History
    dumped: dict[str, list[str]]
    twin: int
    stored: int = 0

    def grow(self, orders: int) -> None:
        """Copy what was read until there are so many beside it."""
        times = max(1, (orders - self.stored) // self.history.orders)
        # What is multiplied has to be there: COPY is the quickest to bring it.
        Importing(self.on, self.history, self.dumped).copy(1)
        with psycopg2.connect(self.on.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("SELECT greatest(max(id), 10000000) FROM orders")
            (base,) = cursor.fetchone()
            for statement in self._statements(cursor, base, times):
                cursor.execute(statement)
        connection.close()
        self.stored += times * self.history.orders
        vacuum(self.on.dsn)

    def _statements(self, cursor: "psycopg2.extensions.cursor", base: int, times: int) -> list[str]:
        count, source_id = self.history.orders, self.history.connection_id
        numbered = (
            "SELECT *, row_number() OVER (ORDER BY id) AS number FROM orders "
            f"WHERE connection_id = {source_id}"
        )
        copies = f"CROSS JOIN generate_series(0, {times - 1}) AS k"
        new_id = f"o.number + {base} + k * {count}"
        own = ", ".join(_columns(cursor, "orders", _OWN))
        made = [
            f"INSERT INTO orders (id, connection_id, external_id, vendor, location_id, {own}) "
            f"OVERRIDING SYSTEM VALUE SELECT {new_id}, {self.twin}, "
            f"o.external_id || '-' || {base} + k, '{{}}', twin.id, "
            f"{', '.join(f'o.{name}' for name in own.split(', '))} FROM ({numbered}) o "
            "JOIN locations l ON l.id = o.location_id "
            f"JOIN locations twin ON twin.connection_id = {self.twin} "
            f"AND twin.external_id = l.external_id {copies} ORDER BY k, o.number"
        ]
        for table in _PARTS:
            columns = _columns(cursor, table, {"id", "order_id"})
            made.append(
                f"INSERT INTO {table} (order_id, {', '.join(columns)}) SELECT {new_id}, "
                f"{', '.join(f'p.{name}' for name in columns)} FROM ({numbered}) o "
                f"JOIN {table} p ON p.order_id = o.id {copies} ORDER BY k, o.number"
            )
        most = f"setval(pg_get_serial_sequence('orders', 'id'), {base + (times + 1) * count})"
        return [*made, f"SELECT {most}"]


def _columns(cursor: "psycopg2.extensions.cursor", table: str, but: set[str]) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = 'public' ORDER BY ordinal_position",
        (table,),
    )
    return [name for (name,) in cursor.fetchall() if name not in but]


@contextmanager
def _grown(on: Ground, orders: int) -> Iterator[_Books]:
    with source(orders) as past:
        history = _Emptied(**{each.name: getattr(past, each.name) for each in fields(past)})
        past.forget_rows(on)
        work = Importing(on, past, {})
        # The first reading fills the source's memory and gives COPY its rows.
        work.ours(1)
        work.dump()
        (twin,) = on.sql(
            "INSERT INTO connections (organization_id, platform, name, key, settings, secrets, "
            "status) SELECT organization_id, platform, 'twin', 'twin', settings, secrets, status "
            "FROM connections WHERE id = %s RETURNING id",
            past.connection_id,
        )[0]
        on.sql(
            "INSERT INTO locations (organization_id, connection_id, external_id, name, time_zone, "
            "currency, closeout_hour, archived) SELECT organization_id, %s, external_id, name, "
            "time_zone, currency, closeout_hour, archived FROM locations WHERE connection_id = %s",
            twin,
            past.connection_id,
        )
        yield _Books(on, history, work.dumped, twin)
        on.sql(f"TRUNCATE {', '.join(BOOKS)} CASCADE")
        on.sql("DELETE FROM connections WHERE id = %s", twin)
