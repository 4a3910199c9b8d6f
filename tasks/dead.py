"""Sets messages aside that can't be worked on: first in the broker, then as rows.

A worker finds them while it waits for work and must not wait for a database then: they go to a list
in Redis at once, and `sweep.dead` makes rows of them. `taxpoynt dead` and the pages show those.
"""

import base64
import json
import socket
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import redis

from config import clock
from config.errors import Fault
from config.logging import logger
from config.settings import settings

log = logger(__name__)

LIST = "dead"
# Of a larger message the beginning is kept: enough to see whose it is.
KEPT_BYTES = 64 * 1024


class _Entry(msgspec.Struct):
    """What `_entry` wrote, as far as a row holds it."""

    queue: str
    task: str | None
    body: bytes
    size: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    error_code: str
    error: str
    next_step: str
    worker: str
    seen_at: Annotated[datetime, msgspec.Meta(tz=True)]


_entries = msgspec.json.Decoder(_Entry)


# What couldn't be put into the list yet, and the name of whoever sets aside.
_held: deque[str] = deque(maxlen=1000)
_name = socket.gethostname()


def named(worker: str) -> None:
    """This process is that worker."""
    global _name
    _name = worker


def set_aside(queue: str, raw: bytes, fault: Fault, task: str | None = None) -> None:
    """Keep a message with its reason. Never raises; what Redis can't take waits in memory."""
    log.error("message set aside", queue=queue, code=fault.code, reason=fault.sentence, task=task)
    _held.append(_entry(queue, raw, fault, task))
    flush()


def flush() -> None:
    """Put what waits in memory into the list."""
    try:
        while _held:
            _client().lpush(LIST, _held[0])
            _held.popleft()
    except redis.RedisError as error:
        log.critical("dead messages wait", count=len(_held), error=type(error).__name__)


def oldest(limit: int) -> list[bytes]:
    """Entries of the list, those first that were first set aside. Raises: RedisError."""
    found: list[Any] = _client().lrange(LIST, -limit, -1)
    return found[::-1]


def forget(entries: Sequence[bytes]) -> None:
    """Take entries out of the list that are rows now. Raises: RedisError."""
    pipe = _client().pipeline(transaction=False)
    for each in entries:
        pipe.lrem(LIST, -1, each)  # type: ignore[arg-type]
    pipe.execute()


def opened(entry: bytes) -> dict[str, Any]:
    """An entry as `models.dead_message.keep` takes it."""
    try:
        found = msgspec.structs.asdict(_entries.decode(entry))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # Written there by somebody else, or by another release: it must not stay in others' way.
        fault = Fault("message.garbled", "It lay among dead messages and is none.")
        return opened(_entry(LIST, entry, fault, None).encode())
    return {**found, "about": _about(found["body"])}


def _about(body: bytes) -> str:
    """The same for messages that ask for the same, as each ring of the timetable does."""
    try:
        return str(json.loads(body)["body"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return body.decode(errors="replace")


def _entry(queue: str, raw: bytes, fault: Fault, task: str | None) -> str:
    return json.dumps(
        {
            "id": uuid4().hex,
            "queue": queue,
            "task": task,
            "body": base64.b64encode(raw[:KEPT_BYTES]).decode(),
            "size": len(raw),
            "error_code": fault.code,
            "error": fault.sentence,
            "next_step": fault.next_step,
            "worker": _name,
            "seen_at": clock.now().isoformat(),
        }
    )


@cache
def _client() -> redis.Redis:
    # A worker that is held up here works on nothing else.
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=1, socket_connect_timeout=1, socket_keepalive=True
    )
