"""Signals: tell the workers that rows wait. A lost one costs seconds, never a row.

At the door nothing of this happens in the request: a bell of its own thread does the publishing,
so that a broker that is frozen or away slows no answer. While a signal of a connection is
pending, further ones are collapsed into it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar

import redis
from celery.exceptions import SoftTimeLimitExceeded

from config import clock
from config.logging import logger
from config.settings import settings
from tasks import app, message

log = logger(__name__)

_Key = TypeVar("_Key")

# A pending signal is believed for this long; then the next delivery signals again.
_PENDING_MS = 1000
# After a failed publish the bell rests, then rings again; the sweep may have been faster.
_REST_S = 1.0
# Under load it looks at what was rung this often, not once a delivery: each look asks Redis. On a
# machine or a broker that is slow it looks less often still: it isn't to be busy with asking.
_PAUSE_S = 0.01
_PAUSES_PER_LOOK = 9
_LONGEST_PAUSE_S = 0.1

# Set while a command runs tasks in its own process: signals become calls.
_inline: Callable[[str, dict[str, Any]], None] | None = None


def deliveries(connection_id: int, platform: str) -> None:
    """From the door: deliveries of a connection wait. Returns at once, whatever the broker does."""
    _bell().ring(connection_id, platform)


def record(organization_id: int, record_id: int, platform: str) -> None:
    """From the door: a parked record is to be tried again. Returns at once, too."""
    asked("retry.record", organization_id=organization_id, record_id=record_id, platform=platform)


def asked(name: str, **kwargs: Any) -> None:
    """From the door: somebody wants this task done. Returns at once, too."""
    _asked_bell().ring(tuple(sorted(kwargs.items())), name)


def task(name: str, **kwargs: Any) -> bool:
    """Send one message; false when the broker couldn't take it, which a sweep makes good."""
    if _inline is not None:
        _inline(name, kwargs)
        return True
    try:
        if not message.send(name, kwargs):
            app.send_task(name, kwargs=kwargs, retry=False)
    except SoftTimeLimitExceeded:
        # Not the broker's doing: the task that signals is to stop.
        raise
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises is no reason to fail work that is stored
        log.warning("signal not sent", task=name, error=type(error).__name__)
        return False
    return True


def invoices(order_ids: Sequence[int], chunk: int = 200) -> None:
    """Orders owe an invoice now."""
    for start in range(0, len(order_ids), chunk):
        task("invoice.order", order_ids=list(order_ids[start : start + chunk]))


def answered(connection_id: int) -> None:
    """The drain of a connection begins: what comes from now on must signal again."""
    try:
        _flags().delete(_flag(connection_id))
    except redis.RedisError as error:
        log.debug("signal flag not cleared", error=type(error).__name__)


@contextmanager
def inline(call: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
    """Inside, signals call `call(task name, arguments)` in this process instead of the broker."""
    global _inline
    before, _inline = _inline, call
    try:
        yield
    finally:
        _inline = before


class Bell(Generic[_Key]):
    """Publishes signals from a thread of its own; one waiting signal a connection or record."""

    def __init__(self, publish: Callable[[_Key, str], bool], rest_s: float = _REST_S) -> None:
        self._publish = publish
        self._rest_s = rest_s
        self._waiting: dict[_Key, str] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="bell", daemon=True).start()

    def ring(self, key: _Key, platform: str) -> None:
        """Ask for a signal."""
        with self._changed:
            self._waiting[key] = platform
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                batch, self._waiting = self._waiting, {}
            began = clock.monotonic()
            missed = self._publish_all(batch)
            took = clock.monotonic() - began
            pause_s = min(max(_PAUSE_S, _PAUSES_PER_LOOK * took), _LONGEST_PAUSE_S)
            time.sleep(self._rest_s if missed else pause_s)
            if missed:
                with self._changed:
                    self._waiting = {**missed, **self._waiting}

    def _publish_all(self, batch: dict[_Key, str]) -> dict[_Key, str]:
        """What is left from the first one on that failed: a dead broker is not asked by all."""
        waiting = list(batch.items())
        for done, one in enumerate(waiting):
            try:
                sent = self._publish(*one)
            except Exception as error:
                log.exception("signal failed", error=type(error).__name__)
                sent = False
            if not sent:
                return dict(waiting[done:])
        return {}


@cache
def _bell() -> Bell[int]:
    return Bell(_signal_once)


@cache
def _asked_bell() -> Bell[tuple[tuple[str, Any], ...]]:
    return Bell(_signal_asked)


def _signal_asked(kwargs: tuple[tuple[str, Any], ...], name: str) -> bool:
    return task(name, **dict(kwargs))


def _signal_once(connection_id: int, platform: str) -> bool:
    try:
        if not _flags().set(_flag(connection_id), 1, nx=True, px=_PENDING_MS):
            return True
    except redis.RedisError as error:
        log.warning("signal flag not set", error=type(error).__name__)
        return False
    if task("handle.events", connection_id=connection_id, platform=platform):
        return True
    # Nothing is pending: the flag would only keep the next signal from being sent.
    answered(connection_id)
    return False


def _flag(connection_id: int) -> str:
    return f"signal:{connection_id}"


@cache
def _flags() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=1, socket_connect_timeout=1, socket_keepalive=True
    )
