"""Which signals are pending: of a kind at most one waits for each, however often it rings.

A flag in Redis holds the id of the message that waits or is worked on, and its number in its queue.
Copies of it, such as a sweep's, do no harm: they find another's id there, and end without
signalling anybody. Whom it is about is a connection, a cursor or a slice, by its id.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from celery import current_task

from config.settings import settings

# A ring believes for so long in a message that isn't seen in its queue.
BELIEVED_MS = 15_000
# What is seen nowhere for longer than this may be lost, with a worker or a broker: a sweep signals
# past it.
DOUBTED_MS = 4_000
# Of a message whose place in its queue is known it is found out whether it waits, however long.
_KNOWN_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Held:
    """A message that is pending: its number in its queue, 0 where that isn't known, and its age."""

    number: int
    age_ms: int


def note(name: str, about: int, message_id: str) -> Held | None:
    """Note a message unless another is pending, which is returned. Raises: RedisError."""
    found: Any = _flags().eval(_NOTE, 1, _flag(name, about), message_id, BELIEVED_MS)
    if found is None:
        return None
    value, left_ms = found
    number = int(value.decode().partition(" ")[2] or 0)
    return Held(number, (_KNOWN_MS if number else BELIEVED_MS) - int(left_ms))


def instead(name: str, about: int, message_id: str) -> None:
    """Note a message in place of any other. Raises: RedisError."""
    _flags().set(_flag(name, about), message_id, px=BELIEVED_MS)


def queued(name: str, about: int, message_id: str, number: int) -> None:
    """Note the number of a message that was sent, if it is still pending. Raises: RedisError."""
    _flags().eval(_QUEUED, 1, _flag(name, about), message_id, number, _KNOWN_MS)


def mine(name: str, about: int) -> bool:
    """Whether no message but the one that is being worked on is pending. Raises: RedisError."""
    held: Any = _flags().get(_flag(name, about))
    at_work = _at_work()
    return held is None or at_work is None or held.decode().partition(" ")[0] == at_work


def again(name: str, about: int) -> bool:
    """Note the one that is being worked on, unless another is pending. Raises: RedisError."""
    at_work = _at_work()
    return at_work is None or note(name, about, at_work) is None


def over(name: str, about: int, message_id: str | None = None) -> None:
    """Forget a message, or the one that is being worked on; another that is pending stays noted.

    What comes from now on signals again. Raises: RedisError.
    """
    _flags().eval(_OVER, 1, _flag(name, about), message_id or _at_work() or "")


def _at_work() -> str | None:
    return current_task.request.id if current_task else None


def _flag(name: str, about: int) -> str:
    return f"pending:{name}:{about}"


# Each looks and writes in one step: between two, another might note its own.
_NOTE = """
if redis.call('set', KEYS[1], ARGV[1], 'nx', 'px', ARGV[2]) then return false end
return {redis.call('get', KEYS[1]), redis.call('pttl', KEYS[1])}
"""
_QUEUED = """
if redis.call('get', KEYS[1]) == ARGV[1] then
    redis.call('set', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[3])
end
"""
_OVER = """
local held = redis.call('get', KEYS[1])
if held and (ARGV[1] == '' or string.match(held, '^%S+') == ARGV[1]) then
    redis.call('del', KEYS[1])
end
"""


@cache
def _flags() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=1, socket_connect_timeout=1, socket_keepalive=True
    )
