"""Signals: tell the workers that rows wait. A lost one costs seconds, never a row.

At the door nothing of this happens in the request: a bell of its own thread does the publishing,
so that a broker that is frozen or away slows no answer. While a signal of a connection is
pending, further ones are collapsed into it: see `tasks.pending`.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import uuid4

import redis
from celery.exceptions import SoftTimeLimitExceeded

from config import clock
from config.logging import logger
from models import order_standing
from tasks import app, message, pending

log = logger(__name__)

_Key = TypeVar("_Key")

# After a failed publish the bell rests, then rings again; the sweep may have been faster.
_REST_S = 1.0
# Under load it looks at what was rung this often, not once a delivery: each look asks Redis. On a
# machine or a broker that is slow it looks less often still: it isn't to be busy with asking.
_PAUSE_S = 0.01
_PAUSES_PER_LOOK = 9
_LONGEST_PAUSE_S = 0.1

# The argument that says whom a message is about; without one it is about all.
_ABOUT = ("connection_id", "cursor_id", "slice_id", "organization_id")

# Set while a command runs tasks in its own process: signals become calls.
_inline: Callable[[str, dict[str, Any]], None] | None = None


def deliveries(connection_id: int, platform: str) -> None:
    """From the door: deliveries of a connection wait. Returns at once, whatever the broker does."""
    _bell().ring(connection_id, platform)


def owed(connection_id: int, platform: str) -> None:
    """From the door: orders of a connection owe an invoice again. Returns at once, too."""
    asked("invoice.orders", connection_id=connection_id)
    asked("invoice.past", connection_id=connection_id, platform=platform)


def record(organization_id: int, record_id: int, platform: str) -> None:
    """From the door: a parked record is to be tried again. Returns at once, too."""
    asked("retry.record", organization_id=organization_id, record_id=record_id, platform=platform)


def asked(name: str, **kwargs: Any) -> None:
    """From the door: somebody wants this task done. Returns at once, too."""
    _asked_bell().ring(tuple(sorted(kwargs.items())), name)


def task(name: str, **kwargs: Any) -> bool:
    """Send one message; false when the broker couldn't take it, which a sweep makes good."""
    return _send(name, kwargs, str(uuid4())) is not None


def invoices(connection_id: int, platform: str, dates: Collection[date]) -> None:
    """Orders of a connection, of these business dates, owe an invoice now."""
    first, _ = order_standing.present(clock.now())
    if any(each >= first for each in dates):
        once("invoice.orders", connection_id=connection_id)
    if any(each < first for each in dates):
        once("invoice.past", connection_id=connection_id, platform=platform)


def once(name: str, *, connection_id: int, **given: Any) -> bool:
    """Send one message unless one is pending for the connection; false when that failed."""
    kwargs = {"connection_id": connection_id, **given}
    try:
        return _unless_pending(name, kwargs, pending.BELIEVED_MS)
    except redis.RedisError as error:
        log.warning("signal flag not set", error=type(error).__name__)
        return False


def overdue(name: str, **kwargs: Any) -> bool:
    """What waits was signalled by nobody, or so long ago that the message may be lost.

    As long as one is in its queue there is no second one. False when the broker couldn't take it.
    """
    try:
        return _unless_pending(name, kwargs, pending.DOUBTED_MS)
    except redis.RedisError as error:
        log.debug("signal flag not set", error=type(error).__name__)
        return task(name, **kwargs)


def begins(name: str, about: int) -> int:
    """The task at work begins; 0 when it is a copy that helps the one that is pending.

    Else how many began, this one included, since any ended: of the others workers may be gone.
    """
    if _inline is not None:
        return 1
    try:
        return pending.begins(name, about)
    except redis.RedisError as error:
        log.debug("signal flag not read", error=type(error).__name__)
        return 1


def pass_on(name: str, *, connection_id: int, **given: Any) -> None:
    """From a task whose turn is over: it goes on at the end of the queue, unless another does."""
    message_id = str(uuid4())
    if _inline is None:
        try:
            pending.ends(name, connection_id)
            if not pending.mine(name, connection_id):
                return
            pending.instead(name, connection_id, message_id)
        except redis.RedisError as error:
            log.debug("signal flag not set", error=type(error).__name__)
    if not _signal(name, {"connection_id": connection_id, **given}, message_id):
        _forget(pending.unsent, name, connection_id, message_id)


def answered(name: str, about: int) -> None:
    """A task has nothing left to do, or waits no more: what comes from now on must signal again.

    Not for a copy that helped the one that is pending.
    """
    if _inline is None:
        _forget(pending.over, name, about)


def resumes(name: str, connection_id: int) -> bool:
    """Whether the task at work leads again; false when another was signalled meanwhile."""
    try:
        return _inline is not None or pending.again(name, connection_id)
    except redis.RedisError as error:
        log.debug("signal flag not set", error=type(error).__name__)
        return True


def works_inline() -> bool:
    """Whether a command does the work in its own process: there are no workers."""
    return _inline is not None


def somebody_waits(name: str, kwargs: dict[str, Any]) -> bool:
    """Whether the lane of a task holds anything; where that can't be told it is taken to."""
    try:
        return _inline is not None or message.somebody_waits(name, kwargs) is not False
    except redis.RedisError as error:
        log.debug("queue not looked at", error=type(error).__name__)
        return True


def _unless_pending(name: str, kwargs: dict[str, Any], doubted_ms: int) -> bool:
    """Send one unless another is pending: in its queue, or seen less than `doubted_ms` ago.

    False when the broker couldn't take it. Raises: RedisError when the flags can't be asked.
    """
    if _inline is not None:
        return task(name, **kwargs)
    about, message_id = _about(kwargs), str(uuid4())
    if held := pending.note(name, about, message_id):
        # The broker's clock may have been set back since.
        recent = 0 <= held.age_ms < doubted_ms
        if recent or message.still_waits(name, kwargs, held.number):
            return True
        pending.instead(name, about, message_id)
    if _signal(name, kwargs, message_id):
        return True
    # Nothing is pending: the flag would only keep the next signal from being sent.
    _forget(pending.unsent, name, about, message_id)
    return False


def _signal(name: str, kwargs: dict[str, Any], message_id: str) -> bool:
    """Send a message that is noted as pending, and note its place."""
    number = _send(name, kwargs, message_id)
    if number:
        try:
            pending.queued(name, _about(kwargs), message_id, number)
        except redis.RedisError as error:
            log.debug("signal flag not set", error=type(error).__name__)
    return number is not None


def _about(kwargs: dict[str, Any]) -> int:
    """Whom a message is about; for each there is a flag."""
    return int(next((kwargs[key] for key in _ABOUT if key in kwargs), 0))


def _forget(how: Callable[..., None], *what: object) -> None:
    try:
        how(*what)
    except redis.RedisError as error:
        log.debug("signal flag not cleared", error=type(error).__name__)


def _send(name: str, kwargs: dict[str, Any], message_id: str) -> int | None:
    """Its number in its queue, 0 where that has none; None when the broker couldn't take it."""
    if _inline is not None:
        _inline(name, kwargs)
        return 0
    try:
        number = message.send(name, kwargs, message_id)
        if number is None:
            app.send_task(name, kwargs=kwargs, task_id=message_id, retry=False)
    except SoftTimeLimitExceeded:
        # Not the broker's doing: the task that signals is to stop.
        raise
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises is no reason to fail work that is stored
        log.warning("signal not sent", task=name, error=type(error).__name__)
        return None
    return number or 0


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
    return once("handle.events", connection_id=connection_id, platform=platform)
