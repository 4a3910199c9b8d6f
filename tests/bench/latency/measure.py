"""Ours while an import runs, against a drain written by hand on an idle machine."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import count, islice

from config import clock
from sandbox.toast.webhook.message import Message, order_updated
from tests.bench import contest
from tests.bench.books import BOOKS
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.drain import floor
from tests.bench.drain.measure import usual_env
from tests.bench.ground import Ground
from tests.bench.history import reader
from tests.bench.history.source import History, source
from tests.bench.latency.load import Load, ranked, since
from tests.bench.latency.stack import importing, stack
from tests.bench.receiver import serving
from tests.children import child
from tests.shop import Shop, open_shop
from tests.waiting import until

FLOOR = "by hand, idle"
USUAL = "usual build, idle"
RATES = (50, 100)
_FIRST = 60
_COMMITTED = "extract(epoch FROM pg_xact_commit_timestamp({}.xmin))::float"
_SCHEMA = f"""
DROP SCHEMA IF EXISTS latency CASCADE;
CREATE SCHEMA latency;
SET LOCAL search_path = latency;
{floor.TABLES}
CREATE VIEW floor_deliveries AS SELECT guid, body FROM floor_events;
"""
# Every table that a delivery or an import leaves rows in.
OURS_TABLES = f"inbox_events, sync_runs, sync_slices, parked_records, invoices, {', '.join(BOOKS)}"


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """At two rates; each contestant is started anew in each round."""
    seconds = 3 if quick else 8
    most = _FIRST + seconds * (sum(RATES) + RATES[-1])
    with source(1000 if quick else 6000) as history, open_shop(orders=most // 2) as shop:
        # The first reading fills the source's memory.
        reader.read_all(history.connection_id, history.since, history.until)
        work = _Latency(on, shop, history, seconds)
        contestants = {OURS: work.ours, FLOOR: work.by_hand, USUAL: work.usual}
        return list(_rows(contest.run(contestants, rounds)))


def _rows(samples: contest.Samples) -> Iterator[Row]:
    for rate in RATES:
        work = f"delivery → applied at {rate}/s, an import runs"
        for figure in ("p50 ms", "p95 ms", "p99 ms"):
            goal = Goal(at_most=5) if figure == "p50 ms" else Goal()
            yield contest.row(samples, work, f"applied {figure} at {rate}/s", FLOOR, goal)
        slowest = Goal(at_most=500)
        yield contest.amount(samples, work, f"applied p99 ms at {rate}/s", slowest)
    yield contest.row(samples, work, f"applied p50 ms at {rate}/s", USUAL)
    yield contest.row(samples, work, f"applied p99 ms at {rate}/s", USUAL)
    work = f"delivery → applied at {rate}/s, idle machine"
    for figure in ("p50 ms", "p99 ms"):
        yield contest.row(samples, work, f"applied {figure} at {rate}/s, idle", FLOOR)
    for rate in RATES:
        work = f"delivery → invoice at {rate}/s, an import runs"
        for figure in ("p50 ms", "p95 ms", "p99 ms"):
            goal = Goal(at_most=1000) if figure == "p99 ms" else Goal()
            yield contest.amount(samples, work, f"invoiced {figure} at {rate}/s", goal)
    # Where the time of one delivery goes, by what our own rows say.
    for step in STEPS:
        for figure in ("p50 ms", "p99 ms"):
            yield contest.amount(samples, f"of which at {rate}/s", f"{step} {figure} at {rate}/s")


STEPS = ("door", "signal and drain", "commit", "invoice")


@dataclass
class _Latency:
    on: Ground
    shop: Shop
    history: History
    seconds: int

    def ours(self) -> Figures:
        """All of ours as `up` starts it: first idle, then while an import runs."""
        on, figures = self.on, {}
        on.sql(f"TRUNCATE {OURS_TABLES} CASCADE")
        on.forget_messages()
        fresh = messages(self.shop)
        with stack(on) as url:
            load = Load(on, url + self.shop.address, self.shop.secret)
            load.warm_up(list(islice(fresh, _FIRST)))
            until(self._settled, timeout_s=120, what="the first deliveries to be invoiced")
            for busy, rate in ((False, RATES[-1]), *((True, rate) for rate in RATES)):
                with importing(on, self.history) if busy else nullcontext():
                    left = load.send(list(islice(fresh, rate * self.seconds)), rate)
                    seen = self._seen(left)
                    after = f"at {rate}/s" + ("" if busy else ", idle")
                    for name, taken in seen.items():
                        for figure, value in ranked(name, taken):
                            figures[f"{figure} {after}"] = value
        return figures

    def by_hand(self) -> Figures:
        """A door that does one INSERT, and a loop that polls."""
        figures, on = {}, self.on
        on.sql(_SCHEMA)
        dsn = f"{on.dsn}?options=-csearch_path%3Dlatency"
        env = {"BENCH_DSN": dsn, "BENCH_SECRET": self.shop.secret}
        argv = [sys.executable, "-m", "tests.bench.drain.floor"]
        fresh = messages(self.shop)
        with _worker(on, argv, env, "ready."), serving.door(on, "floor", env) as (url, _):
            load = Load(on, f"{url}/", self.shop.secret)
            load.warm_up(list(islice(fresh, _FIRST)))
            for rate in RATES:
                left = load.send(list(islice(fresh, rate * self.seconds)), rate)
                done = self._done("latency.floor_events", len(left), left)
                for figure, value in ranked("applied", since(left, done)):
                    # It always has the machine for itself.
                    figures[f"{figure} at {rate}/s"] = figures[f"{figure} at {rate}/s, idle"] = (
                        value
                    )
        return figures

    def usual(self) -> Figures:
        """A task a delivery, through a door that sends it; gunicorn where that is installed."""
        from sqlalchemy import create_engine

        # Its application becomes Celery's current one: not for who only looks at this file.
        from tests.bench.drain import usual

        on, env = self.on, usual_env(self.on)
        usual.Base.metadata.create_all(create_engine(env["BENCH_URL"]))
        on.sql("TRUNCATE usual_events, usual_orders, usual_lines, usual_payments")
        on.forget_messages()
        argv = [sys.executable, "-m", "celery", "-A", "tests.bench.drain.usual", "worker"]
        argv += ["-c", "2", "-l", "INFO"]
        rate, fresh = RATES[-1], messages(self.shop)
        door = serving.door(on, "usual", {**env, "BENCH_SECRET": self.shop.secret})
        with _worker(on, argv, env, "ready."), door as (url, _):
            load = Load(on, f"{url}/", self.shop.secret)
            load.warm_up(list(islice(fresh, _FIRST)))
            left = load.send(list(islice(fresh, rate * self.seconds)), rate)
            done = self._done("usual_events", len(left), left)
        return {f"{k} at {rate}/s": v for k, v in ranked("applied", since(left, done))}

    def _done(self, table: str, wanted: int, left: dict[str, float]) -> dict[str, float]:
        """When each row of somebody else's inbox was committed as done, by guid."""
        asked = f"SELECT guid, {_COMMITTED.format('e')} FROM {table} e WHERE state = 'done'"

        def found() -> dict[str, float]:
            done = {guid: at for guid, at in self.on.sql(asked) if guid in left}
            return done if len(done) == wanted else {}

        return until(found, timeout_s=120, what="everything to be applied")

    def _seen(self, left: dict[str, float]) -> dict[str, Sequence[float]]:
        """Seconds by step, once all is applied and what owes an invoice has it."""
        until(self._settled, timeout_s=120, what="everything to be applied and invoiced")
        found = self.on.sql(_STEPS)
        mine = [row for row in found if row[0] in left]
        if len(mine) != len(left) or any(row[1] != "done" for row in mine):
            raise SystemExit("Not all deliveries were applied: that is not the work measured.")
        billed = [row for row in mine if row[5] is not None]
        return {
            "applied": [row[4] - left[row[0]] for row in mine],
            "invoiced": [row[5] - left[row[0]] for row in billed],
            "door": [row[2] - left[row[0]] for row in mine],
            "signal and drain": [row[3] - row[2] for row in mine],
            "commit": [row[4] - row[3] for row in mine],
            "invoice": [row[5] - row[4] for row in billed],
        }

    def _settled(self) -> bool:
        return settled(self.on, self.shop)


def messages(shop: Shop) -> Iterator[Message]:
    """Each about another order, of today and told of now."""
    number = count(1)
    now = clock.now()
    for held in shop.till.platform.book.all():
        guid = f"00000000-0000-4000-8000-{next(number):012d}"
        made = order_updated(held, guid, int(now.timestamp() * 1000))
        event = json.loads(made.body)
        event["details"]["order"]["businessDate"] = int(now.strftime("%Y%m%d"))
        yield replace(made, body=json.dumps(event, separators=(",", ":")).encode())


def settled(on: Ground, shop: Shop) -> bool:
    """Whether all deliveries are applied, and what owes an invoice has it."""
    waiting = on.sql(
        "SELECT (SELECT count(*) FROM inbox_events WHERE state = 'pending') + "
        "(SELECT count(*) FROM orders WHERE invoice_state = 'due' AND connection_id = %s)",
        shop.connection_id,
    )
    return bool(waiting[0][0] == 0)


_STEPS = f"""
SELECT e.delivery_id, e.state, extract(epoch FROM e.received_at)::float,
    extract(epoch FROM e.handled_at)::float, {_COMMITTED.format("e")}, {_COMMITTED.format("i")}
FROM inbox_events e
LEFT JOIN orders o
    ON o.connection_id = e.connection_id AND o.external_id = e.record_external_id
LEFT JOIN invoices i ON i.order_id = o.id
"""


@contextmanager
def _worker(on: Ground, argv: Sequence[str], env: dict[str, str], prompt: str) -> Iterator[None]:
    log = on.log("contestant")
    log.write_bytes(b"")
    with ExitStack() as running:
        started = running.enter_context(child(argv, log=log, env=env))
        until(lambda: started.says(prompt), timeout_s=120, what=" ".join(argv[1:5]))
        yield
