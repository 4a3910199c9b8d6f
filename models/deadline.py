"""How long this process waits for the database, by its own clock.

A server that is frozen enforces no time-out of its own, while its kernel still takes whatever is
sent to it: only the waiting side can give up. What it gives up on is closed, so no pool keeps it.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2 import extensions

from config import clock

# For what is given no deadline: a page may search long, but no thread hangs for ever.
_ONE_WAIT_S = 20.0
# For a connection, pooled or new, and for a server that lately answered nobody. The driver's own
# `connect_timeout` counts only where it waits by itself.
TRIAL_S = 2.0
_CONNECTED = {extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED}
_EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class _Server:
    """What this process knows of it; while it is silent, one at a time tries, the others fail.

    Otherwise each thread would wait in vain, and what queues behind them much longer.
    """

    silent = False
    answered_at = float("-inf")
    trial = Lock()


_server = _Server()
_ends: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All waiting for the database in the body ends this many seconds from now, or sooner."""
    ends, outer = clock.monotonic() + seconds, _ends.get()
    token = _ends.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _ends.reset(token)


def left() -> float:
    """Seconds that may still be waited."""
    ends = _ends.get()
    return _ONE_WAIT_S if ends is None else max(0.0, ends - clock.monotonic())


def enforce() -> None:
    """From now on nothing in this process waits longer. COPY is impossible then."""
    extensions.set_wait_callback(_wait)


def enforced() -> bool:
    """Whether nothing in this process waits longer."""
    return extensions.get_wait_callback() is not None


def connect(connection: Any) -> None:
    """Have an asynchronous connection connect. Raises: psycopg2.OperationalError, overdue too."""
    _await(connection, clock.monotonic(), TRIAL_S)


def _wait(connection: Any) -> None:
    """Wait for an answer. Raises: psycopg2.OperationalError when it is overdue."""
    began = clock.monotonic()
    if not _server.silent:
        _await(connection, began, _ONE_WAIT_S)
    elif _server.trial.acquire(blocking=False):
        try:
            _await(connection, began, TRIAL_S)
        finally:
            _server.trial.release()
    else:
        raise psycopg2.OperationalError("The database answers nobody just now.")
    _server.silent, _server.answered_at = False, clock.monotonic()


def _await(connection: Any, began: float, most: float) -> None:
    if connection.status not in _CONNECTED:
        most = min(most, TRIAL_S)
    given = _ends.get()
    ends = began + most if given is None else min(began + most, given)
    while (state := connection.poll()) != extensions.POLL_OK:
        # Anew each time: connecting tries one address after another.
        poller = select.poll()
        poller.register(connection.fileno(), _EVENTS[state])
        if not poller.poll(max(0.0, (ends - clock.monotonic()) * 1000)):
            # Whoever waits for a lock is overdue too, while others are answered.
            _server.silent = _server.answered_at < began
            raise psycopg2.OperationalError("The database's answer is overdue.")
