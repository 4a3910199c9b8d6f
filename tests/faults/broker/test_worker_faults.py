"""A worker is cut off, frozen, or finds a mountain of work: nothing is lost, nothing is doubled."""

import base64
import json
from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP

import psutil
import psycopg2
import pytest
from sqlalchemy import select

from models import InboxEvent, Order
from models.session import unit_of_work
from tests.children import Child
from tests.faults.broker.cutting import line_to
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.faults.broker.till import Till
from tests.waiting import until

_SERVED = ("--queues", "upkeep,toast.events,invoice", "--concurrency", "1")
# Of a frozen worker, its message comes back after two seconds instead of five minutes.
_IMPATIENT = {
    "BROKER_TEST_SETTINGS": json.dumps({"visibility_timeout": 2, "unacked_restore_interval": 1})
}
_BACKLOG = 50_000
_GROWTH_BYTES = 60 * 2**20


@pytest.fixture
def made(database: str) -> Iterator[Ground]:
    with ground() as found:
        yield found


def signal(till: Till) -> bytes:
    return raw(message("handle.events", {"connection_id": till.id, "platform": "toast"}))


def test_an_answer_that_was_sent_and_never_read(made: Ground) -> None:
    till = Till()
    with line_to(made.broker.port) as line:
        url = f"redis://127.0.0.1:{line.port}/0"
        worker = made.worker(*_SERVED, env={"TAXPOYNT_BROKER_URL": url})
        till.take_in(till.orders(20))
        line.before = b"handle.events"
        made.push("toast.events", signal(till))
        until(lambda: line.cuts == 1, what="the line to be cut")
        # The broker gave it out, the worker never got it: it is nowhere.
        assert made.redis.llen("toast.events") == made.redis.hlen("unacked") == 0

        def swept() -> bool:
            made.push("upkeep", raw(message("sweep.inbox")))
            return not till.waiting()

        until(swept, what="the sweep to find what waits")
        assert till.applied() == 20
        assert worker.alive


def test_a_frozen_worker_that_comes_back_after_others_did_its_work(
    made: Ground, database: str
) -> None:
    till = Till()
    till.take_in(till.orders(20))
    frozen = made.worker(*_SERVED, env=_IMPATIENT)
    with psycopg2.connect(database.replace("+psycopg2", "")) as held:
        cursor = held.cursor()
        cursor.execute("LOCK TABLE orders IN EXCLUSIVE MODE")
        made.push("toast.events", signal(till))
        pid = until(lambda: _waiting_backend(cursor), what="the worker to be in its work")
        for each in _all_of(frozen):
            each.send_signal(SIGSTOP)
        # What the server does by itself to whoever does nothing for two minutes, or is gone.
        cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
    made.worker(*_SERVED, env=_IMPATIENT)
    till.until_applied(20)
    before = _versions(till)
    for each in _all_of(frozen):
        each.send_signal(SIGCONT)
    until(lambda: frozen.says("database unit undone"), what="the first one to be fenced off")
    assert _versions(till) == before
    with unit_of_work() as session:
        tries = session.scalars(
            select(InboxEvent.attempts).where(InboxEvent.connection_id == till.id)
        ).all()
    assert set(tries) == {1}


def test_a_mountain_of_work_at_the_start(made: Ground) -> None:
    def queued(number: int) -> bytes:
        return raw(message("resend.message", {"message_id": number}))

    for start in range(0, _BACKLOG, 1000):
        made.push("upkeep", *(queued(n) for n in range(start + 1, start + 1001)))
    worker = made.worker(*_SERVED)
    base = _memory(worker)
    until(lambda: made.redis.llen("upkeep") < _BACKLOG - 500, what="some to be done", timeout_s=60)
    assert _memory(worker) - base < _GROWTH_BYTES
    # The oldest first: those that are left are the newest.
    newest = made.redis.lindex("upkeep", 0)
    assert newest is not None
    left = made.redis.llen("upkeep")
    oldest = json.loads(made.redis.lindex("upkeep", -1) or b"{}")
    [_, kwargs, _] = json.loads(base64.b64decode(oldest["body"]))
    assert abs(_BACKLOG - left - kwargs["message_id"]) < 100


def _waiting_backend(cursor: psycopg2.extensions.cursor) -> int | None:
    cursor.execute("SELECT pid FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted")
    row = cursor.fetchone()
    return row[0] if row else None


def _all_of(worker: Child) -> list[psutil.Process]:
    parent = psutil.Process(worker.pid)
    return [parent, *parent.children()]


def _memory(worker: Child) -> int:
    return sum(each.memory_info().rss for each in _all_of(worker))


def _versions(till: Till) -> dict[str, object]:
    with unit_of_work() as session:
        rows = session.execute(
            select(Order.external_id, Order.applied_at).where(Order.connection_id == till.id)
        )
        return {row.external_id: row.applied_at for row in rows}
