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
# Those that began and never ended are remembered for so long after the last of them.
_BEGUN_MS = 600_000


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


def begins(name: str, about: int) -> int:
    """Note that work on the one that is pending begins, as of now; 0 when another is pending.

    Returns: how many began, this one included, since any of them ended: all but the last one's
    worker may be gone. Raises: RedisError.
    """
    keys = _flag(name, about), _begun(name, about)
    found: Any = _flags().eval(_BEGINS, 2, *keys, _at_work() or "", BELIEVED_MS, _BEGUN_MS)
    return int(found)


def ends(name: str, about: int) -> None:
    """Note that work ended, whatever goes on. Raises: RedisError."""
    _flags().delete(_begun(name, about))


def again(name: str, about: int) -> bool:
    """Note the one that is being worked on, unless another is pending. Raises: RedisError."""
    at_work = _at_work()
    return at_work is None or note(name, about, at_work) is None


def over(name: str, about: int) -> None:
    """Work ended; forget the one that is being worked on. Another that is pending stays noted.

    What comes from now on signals again. Raises: RedisError.
    """
    keys = _flag(name, about), _begun(name, about)
    _flags().eval(_OVER, 2, *keys, _at_work() or "")


def unsent(name: str, about: int, message_id: str) -> None:
    """Forget a message that never was one; those that began stay counted. Raises: RedisError."""
    _flags().eval(_OVER, 1, _flag(name, about), message_id)


def forgive(what: str) -> None:
    """Note that a try of this ended, for whoever makes the next one. Raises: RedisError."""
    _flags().set(f"forgiven:{what}", 1, px=_KNOWN_MS)


def forgiven(what: str) -> bool:
    """Whether that was noted; the note is used up. Raises: RedisError."""
    return bool(_flags().delete(f"forgiven:{what}"))


def _at_work() -> str | None:
    return current_task.request.id if current_task else None


def _flag(name: str, about: int) -> str:
    return f"pending:{name}:{about}"


def _begun(name: str, about: int) -> str:
    return f"begun:{name}:{about}"


# Each looks and writes in one step: between two, another might note its own.
_NOTE = """
local held = redis.call('get', KEYS[1])
if held and string.match(held, '^%S+') ~= ARGV[1] then
    return {held, redis.call('pttl', KEYS[1])}
end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return false
"""
_BEGINS = """
local held = redis.call('get', KEYS[1])
if held and ARGV[1] ~= '' then
    if string.match(held, '^%S+') ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
end
local begun = redis.call('incr', KEYS[2])
redis.call('pexpire', KEYS[2], ARGV[3])
return begun
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
if KEYS[2] then redis.call('del', KEYS[2]) end
"""


@cache
def _flags() -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=1, socket_connect_timeout=1, socket_keepalive=True
    )
