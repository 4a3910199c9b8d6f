"""The call budget that all workers of a connection share, kept in Redis.

Vendors count calls in fixed slices of their clock. Each slice is one counter; a call takes one
from every bucket it is charged to, from all of them or from none. Holds are of so many seconds, and
kept by our own clock: whoever puts one on need not know the vendor's as well as who comes upon it.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis

from config.errors import TransientError
from connectors.base.platform import Bucket

# Callers told to wait come back spread over this long, not all at once.
JITTER_S = 0.05
# Keys outlive their slice by this much, since workers' clocks and Redis' own differ a little.
_KEPT = timedelta(seconds=10)
_RETRY_AFTER_S = 5.0

# Instants and lengths in milliseconds. KEYS: per bucket its counter and its hold (an instant of
# ours before which nobody calls). ARGV: now by the vendor's clock and by ours, then per bucket
# capacity, end of slice, life of the counter, length of the hold that taking puts on (0: none),
# life of that hold.
_TAKE = """
local now, here, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for i = 0, #KEYS / 2 - 1 do
  local held = tonumber(redis.call('GET', KEYS[2 * i + 2]) or 0)
  wait = math.max(wait, held - here)
  if tonumber(redis.call('GET', KEYS[2 * i + 1]) or 0) >= tonumber(ARGV[5 * i + 3]) then
    wait = math.max(wait, tonumber(ARGV[5 * i + 4]) - now)
  end
end
if wait > 0 then return wait end
for i = 0, #KEYS / 2 - 1 do
  redis.call('INCR', KEYS[2 * i + 1])
  redis.call('PEXPIRE', KEYS[2 * i + 1], ARGV[5 * i + 5])
  local hold = tonumber(ARGV[5 * i + 6])
  if hold > 0 then redis.call('SET', KEYS[2 * i + 2], here + hold, 'PX', ARGV[5 * i + 7]) end
end
return 0
"""
# KEYS: one counter or hold. ARGV: the least value it must have, its life.
_RAISE = """
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """One bucket together with those who share it (`owner`)."""

    bucket: Bucket
    owner: str

    @property
    def allowed(self) -> int:
        """How many calls a slice holds for us; never none, or nothing would ever move."""
        return max(1, int(self.bucket.capacity * self.bucket.share))

    @property
    def hold_key(self) -> str:
        """The key of the instant before which nobody calls."""
        return f"budget:{self.owner}:{self.bucket.name}:until"

    def counter_key(self, slice_number: int) -> str:
        """The key that counts the calls of one slice."""
        return f"budget:{self.owner}:{self.bucket.name}:{slice_number}"


class Budget:
    """Takes calls out of shared buckets. `now` is the platform's (see `ServerClock`)."""

    def __init__(self, client: redis.Redis, *, chance: Callable[[], float] = random.random) -> None:
        self._client = client
        self._chance = chance
        self._take = client.register_script(_TAKE)
        self._raise = client.register_script(_RAISE)

    def take(self, limits: Sequence[Limit], now: datetime, here: datetime | None = None) -> float:
        """Take one call from every bucket, or none and say how many seconds to wait.

        `here` is now by our own clock, where that differs.

        Raises: TransientError when Redis can't be reached: without the count nobody may call.
        """
        if not limits:
            return 0.0
        keys = [key for x in limits for key in (x.counter_key(_slice(x, now)), x.hold_key)]
        arguments = [
            _ms(now),
            _ms(here or now),
            *(number for x in limits for number in _numbers(x, now)),
        ]
        wait_ms = int(self._run(self._take, keys, arguments))
        return wait_ms / 1000 + self._chance() * JITTER_S if wait_ms > 0 else 0.0

    def observe(self, limit: Limit, remaining: int, resets_at: datetime) -> None:
        """Lower our view of a slice to the vendor's, which also counts callers we don't know of."""
        # An instant within the slice that ends at `resets_at`, whatever its rounding.
        within = resets_at - limit.bucket.window / 2
        key = limit.counter_key(_slice(limit, within))
        life = _ms_of(limit.bucket.window + _KEPT)
        self._run(self._raise, [key], [max(0, limit.allowed - remaining), life])

    def block(self, limit: Limit, until: datetime, here: datetime) -> None:
        """Let nobody take from a bucket before `until`; both by our own clock."""
        life = _ms_of(until - here + _KEPT)
        if life > 0:
            self._run(self._raise, [limit.hold_key], [_ms(until), life])

    def _run(self, script: Any, keys: list[str], arguments: list[int]) -> Any:
        with _reachable():
            return script(keys=keys, args=arguments)


class Unlimited(Budget):
    """A budget that never ends, for tests and tools that call a stand-in."""

    def __init__(self) -> None:
        """Needs no Redis."""

    def take(self, limits: Sequence[Limit], now: datetime, here: datetime | None = None) -> float:
        """Never waits."""
        return 0.0

    def observe(self, limit: Limit, remaining: int, resets_at: datetime) -> None:
        """Learns nothing."""

    def block(self, limit: Limit, until: datetime, here: datetime) -> None:
        """Blocks nothing."""


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except redis.RedisError:
        # The cause is dropped: its text may hold the address with its password.
        raise TransientError(
            "budget.unreachable",
            "The call budget that all workers share can't be reached, so no platform is called.",
            next_step="Check that the broker (Redis) is running; reading goes on by itself then.",
            retry_after_s=_RETRY_AFTER_S,
        ) from None


def _slice(limit: Limit, at: datetime) -> int:
    return _ms(at) // _ms_of(limit.bucket.window)


def _numbers(limit: Limit, now: datetime) -> tuple[int, int, int, int, int]:
    window = _ms_of(limit.bucket.window)
    ends = (_slice(limit, now) + 1) * window
    kept = window + _ms_of(_KEPT)
    return limit.allowed, ends, kept, window if limit.bucket.spaced else 0, kept


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _ms_of(length: timedelta) -> int:
    return round(length.total_seconds() * 1000)
