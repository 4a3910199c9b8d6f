"""Which signals are pending: at most one of a kind waits for a connection, however often it rings.

A flag in Redis holds the id of the message that waits or is worked on. Copies of it, such as a
sweep's, do no harm: they find another's id there, and end without signalling anybody.
"""

from functools import cache
from typing import Any

import redis
from celery import current_task

from config.settings import settings

# A queue that is some seconds deep is not to be filled with copies.
_BELIEVED_MS = 15_000
# What waits longer than this may be lost, with a worker or a broker: a sweep signals past it.
_DOUBTED_MS = 4_000


def first(name: str, connection_id: int, message_id: str) -> bool:
    """Note a message unless another is pending. Raises: RedisError."""
    kept = _flags().set(_flag(name, connection_id), message_id, nx=True, px=_BELIEVED_MS)
    return bool(kept)


def instead(name: str, connection_id: int, message_id: str) -> None:
    """Note a message in place of any other. Raises: RedisError."""
    _flags().set(_flag(name, connection_id), message_id, px=_BELIEVED_MS)


def doubted(name: str, connection_id: int) -> bool:
    """Whether none is pending, or one for so long that it may be lost. Raises: RedisError."""
    left: Any = _flags().pttl(_flag(name, connection_id))
    return int(left) <= _BELIEVED_MS - _DOUBTED_MS


def mine(name: str, connection_id: int) -> bool:
    """Whether no message but the one that is being worked on is pending. Raises: RedisError."""
    held: Any = _flags().get(_flag(name, connection_id))
    at_work = _at_work()
    return held is None or at_work is None or held.decode() == at_work


def again(name: str, connection_id: int) -> bool:
    """Note the one that is being worked on, unless another is pending. Raises: RedisError."""
    at_work = _at_work()
    return at_work is None or first(name, connection_id, at_work)


def over(name: str, connection_id: int, message_id: str | None = None) -> None:
    """Forget a message, or the one that is being worked on; another that is pending stays noted.

    What comes from now on signals again. Raises: RedisError.
    """
    _flags().eval(_OVER, 1, _flag(name, connection_id), message_id or _at_work() or "")


def _at_work() -> str | None:
    return current_task.request.id if current_task else None


def _flag(name: str, connection_id: int) -> str:
    return f"signal:{name}:{connection_id}"


# Looked at and taken away in one step: between two, another might note its own.
_OVER = """
if ARGV[1] == '' or redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
"""


@cache
def _flags() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=1, socket_connect_timeout=1, socket_keepalive=True
    )
