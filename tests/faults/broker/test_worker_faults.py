"""A worker is cut off, frozen, or finds a mountain of work: nothing is lost, nothing is doubled."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGCONT, SIGSTOP
from time import monotonic

import psutil
import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor
from sqlalchemy import select

from models import InboxEvent, Invoice, Order, invoice_trial
from models.order_read import due_orders
from models.session import unit_of_work
from tests import factories
from tests.children import Child
from tests.faults.broker.cutting import line_to
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.faults.broker.till import Till
from tests.waiting import patience_s, until

_QUEUES = ("upkeep", "toast.events", "invoice", "toast.bulk")
_SERVED = ("--queues", ",".join(_QUEUES), "--concurrency", "1")
_EIGHT = (*_SERVED[:-1], "8")
# Of a worker that is gone, its message comes back after two seconds instead of five minutes.
_VISIBILITY_S, _SWEEP_S = 2, 1


def patience(sweep_s: int) -> dict[str, str]:
    """What a worker is told that looks so often for what others don't come back with."""
    given = {
        "visibility_timeout": _VISIBILITY_S,
        "unacked_restore_interval": sweep_s,
        # Of a worker that is stopped in the moment in which it looks.
        "unacked_mutex_expire": _VISIBILITY_S,
    }
    return {"BROKER_TEST_SETTINGS": json.dumps(given)}


_IMPATIENT, _NEVER_SWEEPS = patience(_SWEEP_S), patience(600)
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


def test_a_worker_that_is_killed_with_eight_messages(made: Ground, database: str) -> None:
    """Nobody but the broker's own messages tells of the work: there is no beat."""
    tills = [Till() for _ in range(8)]
    # At its start it sweeps too, when there is nothing yet.
    made.worker("--queues", "upkeep", "--concurrency", "1", env=_NEVER_SWEEPS)
    killed = made.worker(*_EIGHT)
    began = monotonic()
    signalled(made, tills, 5)
    until_all_applied(tills, 5)
    within_s = _VISIBILITY_S + _SWEEP_S + patience_s(monotonic() - began)
    until(lambda: not made.redis.exists("unacked", *_QUEUES), what="the tasks to end")

    with in_their_midst(made, database, tills):
        killed.kill()
    assert (made.redis.llen("toast.events"), made.redis.hlen("unacked")) == (0, 8)
    # One that doesn't sweep is no help: the messages lie with the one that is dead.
    began = monotonic()
    until(
        lambda: monotonic() - began > _VISIBILITY_S + 2 * _SWEEP_S, what="a sweep, had there been"
    )
    assert (made.redis.llen("toast.events"), made.redis.hlen("unacked")) == (0, 8)
    assert [till.waiting() for till in tills] == [5] * 8

    made.worker(*_SERVED, env=_IMPATIENT)
    until_all_applied(tills, 10, within_s)
    with unit_of_work() as session:
        assert set(session.scalars(select(InboxEvent.attempts))) == {1}


def signalled(made: Ground, tills: list[Till], orders: int) -> None:
    """So many orders of each with those of before, and a message of each that says so."""
    for till in tills:
        till.take_in(till.orders(orders))
    made.push("toast.events", *map(signal, tills))


def until_all_applied(tills: list[Till], orders: int, timeout_s: float = 60) -> None:
    for till in tills:
        till.until_applied(orders, timeout_s)


@contextmanager
def in_their_midst(made: Ground, database: str, tills: list[Till]) -> Iterator[None]:
    """Inside, a worker has the messages of all of them, and children in the middle of the work."""
    with connected(database) as other, locked(database):
        signalled(made, tills, 10)
        taken = lambda: made.redis.hlen("unacked") == len(tills) and _waiting_backends(other)  # noqa: E731
        until(taken, what="a worker to be in the middle of them")
        yield


@contextmanager
def connected(database: str) -> Iterator[Cursor]:
    """A cursor each of whose statements is a transaction."""
    connection = psycopg2.connect(database.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


@contextmanager
def locked(database: str, table: str = "orders") -> Iterator[None]:
    """Inside, whoever writes to it, as all do who apply something, is within its transaction."""
    with connected(database) as holder:
        holder.execute(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def test_a_frozen_worker_that_comes_back_after_others_did_its_work(
    made: Ground, database: str
) -> None:
    till = Till()
    till.take_in(till.orders(20))
    # Frozen for seconds: the database takes it for gone after one instead of two minutes.
    frozen = made.worker(*_SERVED, env={**_IMPATIENT, "BROKER_TEST_IDLE_MS": "1000"})
    with connected(database) as other:
        with locked(database):
            made.push("toast.events", signal(till))
            [pid] = until(lambda: _waiting_backends(other), what="the worker to be in its work")
            for each in _all_of(frozen):
                each.send_signal(SIGSTOP)
        # Nothing is in its way any more, and it doesn't come to commit.
        until(lambda: not _lives(other, pid), what="the database to give it up")
    assert till.applied() == 0
    second = made.worker(*_SERVED, env=_IMPATIENT)
    until(lambda: second.says("worker lost with a batch"), what="its message to come again")
    till.until_applied(20)
    before = _versions(till)
    assert {each.status() for each in _all_of(frozen)} == {psutil.STATUS_STOPPED}
    for each in _all_of(frozen):
        each.send_signal(SIGCONT)
    until(lambda: frozen.says("database unit undone"), what="the first one to be fenced off")
    assert _versions(till) == before
    with unit_of_work() as session:
        tries = session.scalars(
            select(InboxEvent.attempts).where(InboxEvent.connection_id == till.id)
        ).all()
    assert set(tries) == {1}


def test_a_frozen_issuer_that_comes_back_after_others_issued_its_invoices(
    made: Ground, database: str
) -> None:
    of = factories.connected()
    ids = list(factories.store(of, *(factories.order(f"o{n}") for n in range(3))).due)
    frozen = made.worker(*_SERVED, env={**_IMPATIENT, "BROKER_TEST_IDLE_MS": "1000"})
    with connected(database) as other:
        with locked(database, "invoices"):
            told = {"connection_id": of.id, "platform": "toast"}
            made.push("toast.bulk", raw(message("invoice.past", told)))
            waiting = lambda: _waiting_backends(other, "invoices")  # noqa: E731
            [pid] = until(waiting, what="the worker to have numbered them")
            for each in _all_of(frozen):
                each.send_signal(SIGSTOP)
        until(lambda: not _lives(other, pid), what="the database to give it up")
    assert _numbers(of.organization_id) == []
    second = made.worker(*_SERVED, env=_IMPATIENT)
    until(lambda: second.says("worker lost with a batch"), what="its message to come again")
    until(lambda: len(_numbers(of.organization_id)) == 3, what="all to be issued")
    before = _numbers(of.organization_id)
    assert before == list(zip(range(1, 4), sorted(ids), strict=True))
    for each in _all_of(frozen):
        each.send_signal(SIGCONT)
    until(lambda: frozen.says("database unit undone"), what="the first one to be fenced off")
    assert _numbers(of.organization_id) == before


def test_a_line_to_the_broker_that_breaks_in_a_try_of_a_suspect_blames_nobody(
    made: Ground, database: str
) -> None:
    """Celery ends what is at work then, for it will be delivered again."""
    of = factories.connected()
    ids = list(factories.store(of, factories.order("o")).due)
    with unit_of_work() as session:
        invoice_trial.suspect(session, due_orders(session, ids))
    # One of them waits for messages, and so finds out.
    worker = made.worker(*_SERVED[:-1], "2")
    children = psutil.Process(worker.pid).children()
    with connected(database) as other, locked(database, "invoices"):
        told = {"connection_id": of.id, "platform": "toast"}
        made.push("toast.bulk", raw(message("invoice.past", told)))
        waiting = lambda: _waiting_backends(other, "invoices")  # noqa: E731
        until(waiting, what="the worker to try it")
        made.redis.client_kill_filter(_type="normal", skipme=True)
        until(lambda: worker.says("onnection to broker lost"), what="it to be noticed")
        until(lambda: made.redis.client_list(_type="normal")[1:], what="another line")
    until(lambda: len(_numbers(of.organization_id)) == 1, what="it to be issued")
    assert psutil.Process(worker.pid).children() == children
    until(lambda: not made.redis.exists("unacked", *_QUEUES), what="its message to be done with")
    assert len(_numbers(of.organization_id)) == 1


def _numbers(organization_id: int) -> list[tuple[int, int]]:
    """Those of its invoices, each with its order."""
    query = select(Invoice.sequence, Invoice.order_id).order_by(Invoice.sequence)
    with unit_of_work() as session:
        found = session.execute(query.where(Invoice.organization_id == organization_id))
        return [(row.sequence, row.order_id) for row in found]


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


def _waiting_backends(cursor: Cursor, table: str = "orders") -> list[int]:
    query = "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    cursor.execute(query, (table,))
    return [pid for (pid,) in cursor.fetchall()]


def _lives(cursor: Cursor, backend: int) -> bool:
    cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (backend,))
    return cursor.fetchone() is not None


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
