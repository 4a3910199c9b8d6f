"""What is lost on the way is found again: the tables are the truth, a message is a hint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import psycopg2
import pytest
from pytest_celery import CeleryTestSetup

from tests.shop import Shop
from tests.waiting import until

_WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted"


@pytest.fixture
def stored(shop: Shop) -> int:
    """Deliveries that wait, under identities that no other test used."""
    before = sum(shop.states().values())
    messages = shop.messages()[before : before + 2]
    assert len(messages) == 2
    shop.take_in(messages)
    return len(messages)


def test_what_a_killed_worker_had_begun_is_done_by_the_next(
    celery_setup: CeleryTestSetup, shop: Shop, stored: int, database: str
) -> None:
    worker = celery_setup.worker
    with _orders_held(database) as writers:
        _signal(celery_setup, "handle.events", connection_id=shop.connection_id, platform="toast")
        until(writers, what="the worker to be in the middle of its task")
        worker.kill("SIGKILL")
        assert worker.container.status == "exited"

    assert shop.states()["pending"] == stored
    worker.restart()
    assert worker.ready()
    _sweep_until_applied(celery_setup, shop)


def test_no_child_outlives_its_worker(
    celery_setup: CeleryTestSetup, shop: Shop, stored: int, database: str
) -> None:
    worker = psutil.Process(celery_setup.worker.container.pid)
    children = worker.children()
    assert len(children) == 2
    with _orders_held(database) as writers:
        _signal(celery_setup, "handle.events", connection_id=shop.connection_id, platform="toast")
        until(writers, what="a child to be in the middle of its task")
        # The worker alone, as the kernel does when memory is short.
        worker.kill()
        # Sooner than a lock is given up, after which it would end by itself.
        _, alive = psutil.wait_procs(children, timeout=3)
    assert not alive


def test_a_worker_that_was_restarted_takes_work(
    celery_setup: CeleryTestSetup, shop: Shop, stored: int
) -> None:
    celery_setup.worker.restart()
    assert celery_setup.ready(ping=True, control=True)

    _signal(celery_setup, "handle.events", connection_id=shop.connection_id, platform="toast")
    until(lambda: "pending" not in shop.states(), what="the deliveries to be applied")


def test_a_worker_hears_a_broker_that_was_restarted(
    celery_setup: CeleryTestSetup, shop: Shop, stored: int
) -> None:
    celery_setup.broker.restart()
    assert celery_setup.broker.ready()

    _signal(celery_setup, "handle.events", connection_id=shop.connection_id, platform="toast")
    until(lambda: "pending" not in shop.states(), what="the deliveries to be applied")


def test_a_signal_that_a_broker_lost_is_given_again(
    celery_setup: CeleryTestSetup, shop: Shop, stored: int
) -> None:
    broker = celery_setup.broker
    celery_setup.worker.kill("SIGKILL")
    _signal(celery_setup, "handle.events", connection_id=shop.connection_id, platform="toast")
    assert broker.container.client.llen("toast.events") == 1
    broker.kill()
    broker.restart()
    assert broker.ready()
    assert broker.container.client.llen("toast.events") == 0

    celery_setup.worker.restart()
    assert celery_setup.worker.ready()
    _sweep_until_applied(celery_setup, shop)


def _signal(setup: CeleryTestSetup, name: str, **kwargs: object) -> None:
    setup.app.send_task(name, kwargs=kwargs)


def _sweep_until_applied(setup: CeleryTestSetup, shop: Shop) -> None:
    def swept() -> bool:
        _signal(setup, "sweep.inbox")
        return "pending" not in shop.states()

    until(swept, what="the sweep to find what waits")


@contextmanager
def _orders_held(database: str) -> Iterator[Callable[[], int]]:
    """Nobody can write orders inside; yields a question: does anybody try?"""
    connection = psycopg2.connect(database.replace("+psycopg2", ""))
    cursor = connection.cursor()
    cursor.execute("LOCK TABLE orders IN EXCLUSIVE MODE")

    def writers() -> int:
        cursor.execute(_WAITING)
        (waiting,) = cursor.fetchone()
        return waiting

    try:
        yield writers
    finally:
        connection.close()
