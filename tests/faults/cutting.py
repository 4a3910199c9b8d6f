"""Cuts a piece of work off at each of its points in turn, in each way that it can be cut off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg2

from config.errors import TransientError
from config.settings import settings
from models.session import engine, unit_of_work
from tests.faults import points

ENDED, DISCONNECTED = "the process ends", "the server drops the connection"


def ways(work: Callable[[], Any]) -> list[tuple[str, int]]:
    """How and where `work` can be cut off: its points are found by doing it once."""
    found = len(points.counted(work))
    return [(how, at) for how in (ENDED, DISCONNECTED) for at in range(found)]


def cut_off(how: str, at: int, work: Callable[[], Any]) -> None:
    """Do `work` as far as its point `at`. That the database is away may be told, and no more."""
    if how == ENDED:
        with points.crashing(at) as ended:
            work()
        assert ended
        return
    with _dropping(at) as dropped, suppress(TransientError):
        work()
    assert dropped
    # A connection that was given back a moment ago is taken for well: who comes next finds out.
    with suppress(TransientError), unit_of_work() as session:
        session.connection().exec_driver_sql("SELECT 1")


@contextmanager
def _dropping(at: int) -> Iterator[list[str]]:
    """Inside, the server ends the connection that reaches the point of that number."""
    left = [at]
    dropped: list[str] = []

    def strike(connection: Any, what: str) -> None:
        if left[0] == 0:
            dropped.append(what)
            terminate(connection.info.backend_pid)
        left[0] -= 1

    with points.watching(strike):
        yield dropped


def away_at(at: int, work: Callable[[], Any]) -> None:
    """Do `work`, at whose point `at` the database goes away for a moment."""
    back = threading.Event()
    left = [at]

    def go() -> None:
        with away():
            gone.set()
            back.wait(0.05)

    gone = threading.Event()
    going = threading.Thread(target=go)

    def strike(_connection: Any, _what: str) -> None:
        if left[0] == 0:
            going.start()
            assert gone.wait(10)
        left[0] -= 1

    with points.watching(strike), suppress(TransientError):
        work()
    back.set()
    going.join()
    # What the pool keeps is gone with it.
    engine().dispose()


@contextmanager
def away() -> Iterator[None]:
    """Inside, the database has ended all connections and takes no new ones."""
    server, _, name = settings().database().replace("+psycopg2", "").rpartition("/")
    with closing(psycopg2.connect(f"{server}/postgres")) as held, held.cursor() as cursor:
        held.autocommit = True
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            yield
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def terminate(backend: int) -> None:
    """End a server process, and wait until it is gone."""
    other = psycopg2.connect(settings().database().replace("+psycopg2", ""))
    try:
        with other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))
    finally:
        other.close()
