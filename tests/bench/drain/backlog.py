"""Stored deliveries that wait, the same ones for each contestant."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extras import execute_values

from tests.bench.books import BOOKS
from tests.bench.ground import Ground
from tests.shop import Shop, open_shop

_POLL_S = 0.01
_DEADLINE_S = 120.0
# Everything a drain of ours writes.
_OURS = f"inbox_events, {', '.join(BOOKS)}"


class TooSlowError(Exception):
    """A contestant that doesn't get on; its log says why."""


@dataclass(frozen=True)
class Backlog:
    """`bench_deliveries` holds the originals; filling is one statement that shows all at once."""

    on: Ground
    shop: Shop
    size: int

    def fill_ours(self, most: int | None = None) -> None:
        """Into our inbox, and nothing applied yet."""
        self.on.sql(f"TRUNCATE {_OURS} CASCADE")
        self.on.sql(
            "INSERT INTO inbox_events (organization_id, connection_id, delivery_id, event_type, "
            "headers, body, correlation_id) SELECT %s, %s, guid, 'order_updated', "
            """'{"toast-event-category": "order_updated"}', body, md5(guid) """
            "FROM bench_deliveries WHERE number <= %s ORDER BY number",
            self.shop.organization_id,
            self.shop.connection_id,
            most or self.size,
        )

    def fill(self, table: str, most: int | None = None) -> None:
        """Into the inbox of somebody else: columns `guid` and `body`, the rest by default."""
        self.on.sql(
            f"INSERT INTO {table} (guid, body) SELECT guid, body FROM bench_deliveries "
            "WHERE number <= %s ORDER BY number",
            most or self.size,
        )

    def per_second(self, table: str, size: int | None = None) -> float:
        """Wait until all of `table` is done; the speed from the first that was seen done."""
        wanted, deadline = size or self.size, time.monotonic() + _DEADLINE_S
        count = f"SELECT count(*) FILTER (WHERE state = 'done'), min(state) FROM {table}"
        with _reader(self.on.dsn) as ask:
            first = _after(ask, count, 0, deadline)
            last = _after(ask, count, wanted - 1, deadline)
        return (last[1] - first[1]) / (last[0] - first[0])


@contextmanager
def backlog(on: Ground, size: int) -> Iterator[Backlog]:
    """So many deliveries, each about another order."""
    with open_shop(orders=size // 2) as shop:
        messages = shop.messages(size)
        on.sql("DROP TABLE IF EXISTS bench_deliveries")
        on.sql("CREATE TABLE bench_deliveries (number int PRIMARY KEY, guid text, body bytea)")
        connection = psycopg2.connect(on.dsn)
        with connection, connection.cursor() as cursor:
            rows = [(n, one.guid, one.body) for n, one in enumerate(messages, 1)]
            execute_values(cursor, "INSERT INTO bench_deliveries VALUES %s", rows)
        connection.close()
        yield Backlog(on, shop, len(messages))


Ask = Callable[[str], int]


@contextmanager
def _reader(dsn: str) -> Iterator[Ask]:
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    cursor = connection.cursor()

    def ask(statement: str) -> int:
        cursor.execute(statement)
        done, worst = cursor.fetchone()
        if worst == "parked":
            raise SystemExit("A delivery was parked: what is measured here is not the work.")
        return int(done)

    try:
        yield ask
    finally:
        connection.close()


def _after(ask: Ask, statement: str, few: int, deadline: float) -> tuple[float, int]:
    """The instant more than `few` are done, and how many are."""
    while (done := ask(statement)) <= few:
        if time.monotonic() > deadline:
            raise TooSlowError(f"Only {done} deliveries were applied within {_DEADLINE_S:g} s.")
        time.sleep(_POLL_S)
    return time.monotonic(), done
