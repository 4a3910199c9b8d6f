"""What an installation takes: at rest, and for each delivery until its invoice is stored.

No contest: these are what the needs of a large installation are calculated from.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from time import monotonic

import psutil
import redis

from models.order_part import PARTS
from sandbox.toast.webhook.message import Message
from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Row
from tests.bench.ground import Ground
from tests.bench.latency.load import Load
from tests.bench.latency.measure import OURS_TABLES, messages, settled
from tests.bench.latency.stack import stack
from tests.shop import Shop, open_shop
from tests.waiting import until

_RATE = 50
_FIRST = 60
# By a word of their command lines.
_PARTS = {
    "the web": " web ",
    "workers of events and invoices": "toast.events",
    "workers of changes": "toast.sync",
    "workers of history": "toast.bulk",
    "beat": " beat",
    "Flower": " flower",
}
_STORED = ("inbox_events", "orders", "invoices")
_PART_TABLES = {
    "orders": tuple(part.__tablename__ for part in PARTS),
    "invoices": ("invoice_lines", "invoice_taxes"),
}


def rows(on: Ground, rounds: int, *, quick: bool) -> Iterator[Row]:
    """At rest for some seconds, then under a steady load."""
    seconds = 5 if quick else 20
    samples = contest.run({OURS: lambda: _needs(on, seconds)}, 1 if quick else min(rounds, 3))
    for figure in samples[OURS][0]:
        work, _, name = figure.partition(": ")
        yield replace(contest.amount(samples, work, figure), figure=name)


def _needs(on: Ground, seconds: int) -> Figures:
    on.sql(f"TRUNCATE {OURS_TABLES} CASCADE")
    on.forget_messages()
    wanted = _FIRST + _RATE * seconds
    with open_shop(orders=wanted) as shop, stack(on) as url:
        fresh = messages(shop)
        load = Load(on, url + shop.address, shop.secret)
        load.warm_up(list(islice(fresh, _FIRST)))
        until(lambda: settled(on, shop), timeout_s=120, what="the first deliveries to be invoiced")
        at_rest = _at_rest(on, seconds)
        return {**at_rest, **_per_delivery(on, shop, load, list(fresh))}


def _at_rest(on: Ground, seconds: int) -> Figures:
    began = monotonic()
    with _spent(on, seconds, "at rest, a second") as figures:
        until(lambda: monotonic() - began > seconds, timeout_s=2 * seconds, what="time to pass")
    return figures


def _per_delivery(on: Ground, shop: Shop, load: Load, left: Sequence[Message]) -> Figures:
    before = {name: _size(on, name) for name in _STORED}
    with _spent(on, len(left), f"a delivery at {_RATE}/s") as figures:
        load.send(left, _RATE)
        until(lambda: settled(on, shop), timeout_s=120, what="everything to be invoiced")
    clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    # Less the one that asks.
    figures["at work: connections to the database"] = on.sql(clients)[0][0] - 1
    for name, (rows_before, size_before) in before.items():
        count, size = _size(on, name)
        each = (size - size_before) / max(1, count - rows_before)
        figures[f"stored: bytes a row of {name}, parts and indexes included"] = each
    return figures


@contextmanager
def _spent(on: Ground, pieces: int, work: str) -> Iterator[dict[str, float]]:
    """Figures of what the body takes, by piece."""
    figures: dict[str, float] = {}
    before, asked = _cpu_s(on), _commands(on)
    yield figures
    for part, spent_s in _cpu_s(on).items():
        figures[f"{work}: CPU ms, {part}"] = (spent_s - before[part]) * 1000 / pieces
    figures[f"{work}: commands of the broker"] = (_commands(on) - asked) / pieces


def _cpu_s(on: Ground) -> dict[str, float]:
    spent = {
        "PostgreSQL": cpu.spent_s(on.pid("postgres")),
        "the broker": cpu.spent_s(on.pid("valkey")),
    }
    for child in psutil.Process(os.getpid()).children():
        line = " ".join(child.cmdline())
        for part, word in _PARTS.items():
            if word in f"{line} ":
                spent[part] = spent.get(part, 0.0) + cpu.spent_s(child.pid)
    return spent


def _commands(on: Ground) -> int:
    with redis.Redis.from_url(on.broker_url) as client:
        return int(client.info("stats")["total_commands_processed"])


def _size(on: Ground, table: str) -> tuple[int, int]:
    """Rows, and bytes with parts, indexes and what is stored beside the table."""
    tables = (table, *_PART_TABLES.get(table, ()))
    total = " + ".join(f"pg_total_relation_size('{one}')" for one in tables)
    count, size = on.sql(f"SELECT count(*), {total} FROM {table}")[0]
    return int(count), int(size)
