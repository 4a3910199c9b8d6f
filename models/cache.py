"""A read-through cache in Redis for what is long to put together and seldom changes.

A key holds the version of what it is made of, which moves in the transaction that changes it: an
entry is never out of date, needs no invalidation of its own, and may be lost at any time. Whoever
finds none makes it, one at a time; a cache that is away, frozen or garbled costs that time alone.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import uuid4

import msgspec
import redis

from config import clock
from config.logging import logger
from config.settings import SettingError, settings

log = logger(__name__)

# Longer than anybody looks at one version of a menu; then memory is worth more.
_KEPT_S = 3600
_LARGEST = 4 * 1024 * 1024
# A page waits no longer for the cache than it takes to do without.
_ANSWER_S = 0.1
_REST_S = 5.0
# Whoever makes an entry is waited for, but not for longer than making it oneself might take.
_MAKING_MS = 5_000
_WAIT_S = 1
# KEYS: the lock. ARGV: whose it is.
_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


HIT, MISS, AWAY = "hit", "miss", "away"
"""What a read found: `AWAY` when the cache couldn't be asked."""


def _uncounted(kind: str, result: str) -> None:
    """Whoever shows numbers counts; others don't."""


_count: Callable[[str, str], None] = _uncounted


def counted_by(count: Callable[[str, str], None]) -> None:
    """Have each read told to `count`: its kind, and what it found."""
    global _count
    _count = count


def read(kind: str, key: str, version: int | str, make: Callable[[], Any]) -> Any:
    """What `make` gives, as JSON holds it, from the cache where it is there.

    `kind` is a word for the metrics; `key` and `version` say what it is made of.
    """
    # However the cache fails, and whenever: what was made by then isn't made again.
    made = cache(lambda: _plain(make()))
    if not _breaker.closed():
        _count(kind, AWAY)
        return made()
    try:
        return _through(kind, f"cache:{kind}:{key}:{version}", made)
    except (redis.RedisError, SettingError) as error:
        _breaker.open()
        log.warning("cache not asked", error=type(error).__name__)
        _count(kind, AWAY)
        return made()


def _through(kind: str, name: str, make: Callable[[], Any]) -> Any:
    client = _client()
    if (found := _found(client, name)) is not None:
        _count(kind, HIT)
        return found.value
    lock, mine = f"{name}:making", uuid4().hex
    if not client.set(lock, mine, nx=True, px=_MAKING_MS):
        _wait(client, name)
        if (found := _found(client, name)) is not None:
            _count(kind, HIT)
            return found.value
    _count(kind, MISS)
    try:
        value = make()
        _keep(client, name, value)
    finally:
        client.eval(_UNLOCK, 1, lock, mine)
    return value


class _Entry(msgspec.Struct):
    value: Any


_entries = msgspec.json.Decoder(_Entry)


def _found(client: redis.Redis, name: str) -> _Entry | None:
    raw: Any = client.get(name)
    if raw is None:
        return None
    try:
        return _entries.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _keep(client: redis.Redis, name: str, value: Any) -> None:
    encoded = msgspec.json.encode(_Entry(value))
    if len(encoded) <= _LARGEST:
        client.set(name, encoded, ex=_KEPT_S)
    client.rpush(f"{name}:made", 1)
    client.pexpire(f"{name}:made", _MAKING_MS)


def _wait(client: redis.Redis, name: str) -> None:
    """Until whoever makes the entry is done; each that waited lets the next one know."""
    made = f"{name}:made"
    if _patient().blpop([made], timeout=_WAIT_S) is not None:
        client.rpush(made, 1)
        client.pexpire(made, _MAKING_MS)


def _plain(value: Any) -> Any:
    """As it would come out of the cache, so that callers know one form."""
    return msgspec.json.decode(msgspec.json.encode(value))


class _Breaker:
    """Leaves a cache that failed alone for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = float("-inf")

    def closed(self) -> bool:
        with self._lock:
            return clock.monotonic() >= self._until

    def open(self) -> None:
        with self._lock:
            self._until = clock.monotonic() + _REST_S

    def close(self) -> None:
        with self._lock:
            self._until = float("-inf")


_breaker = _Breaker()


@cache
def _client() -> redis.Redis:
    return _connected(_ANSWER_S)


@cache
def _patient() -> redis.Redis:
    return _connected(_ANSWER_S + _WAIT_S)


def _connected(answer_s: float) -> redis.Redis:
    return redis.Redis.from_url(
        settings().redis(), socket_timeout=answer_s, socket_connect_timeout=_ANSWER_S
    )


def forget() -> None:
    """Begin anew: settings are others, or this is a fork."""
    _client.cache_clear()
    _patient.cache_clear()
    _breaker.close()
