"""Toast's rate limits in fixed slices. Source: guide apiRateLimiting."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.base.clock import Clock
from sandbox.base.slices import Bucket, Reading, SliceLimiter

_QUARTER_S = 900


@dataclass
class Limits:
    """Calls per second and per quarter of an hour, per client per location.

    `apis` are calls per second of single APIs that have another limit; `account` are those that
    have it by arrangement, and say so.
    """

    per_second: int = 20
    per_quarter: int = 10_000
    orders_bulk: int = 5
    menus: int = 1
    apis: dict[str, int] = field(default_factory=dict)
    account: dict[str, int] = field(default_factory=dict)
    off: bool = False

    def of_api(self, api: str) -> tuple[str, int]:
        """Whose limit it is, and how many calls a second."""
        if api in self.account:
            return "API, ACCOUNT", self.account[api]
        return "API", self.apis.get(api, self.per_second)


class RateLimits:
    """Counts calls and words the headers; `limits` may be changed at any time."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self._clock = clock
        self._limiter = SliceLimiter()
        self.limits = limits or Limits()
        self.refused = 0

    def take(self, who: tuple[str, ...], api: str, endpoint: str | None) -> tuple[bool, Headers]:
        """Count one call of `who` (client and location, or IP); False means 429.

        Shape: the headers that the answer has to carry, empty while limits are off.
        """
        if self.limits.off:
            return True, {}
        now = self._clock.now()
        verdict = self._limiter.take(self._buckets(who, api, endpoint), now)
        headers = _headers(verdict.reading)
        if not verdict.passed:
            self.refused += 1
            headers["Retry-After"] = str(max(1, verdict.reading.reset_s - int(now)))
        return verdict.passed, headers

    def _buckets(self, who: tuple[str, ...], api: str, endpoint: str | None) -> list[Bucket]:
        """In the order of priority: GLOBAL, API, ENDPOINT."""
        limits = self.limits
        whose, per_second = limits.of_api(api)
        buckets = [
            Bucket("GLOBAL", ("GLOBAL", *who), limits.per_second, 1),
            Bucket("GLOBAL", ("GLOBAL", *who), limits.per_quarter, _QUARTER_S),
            Bucket(whose, ("API", api, *who), per_second, 1),
            Bucket("API", ("API", api, *who), limits.per_quarter, _QUARTER_S),
        ]
        narrow = {"ordersBulk": limits.orders_bulk, "menus": limits.menus}
        if endpoint in narrow:
            buckets.append(Bucket("ENDPOINT", (endpoint, *who), narrow[endpoint], 1))
        return buckets


Headers = dict[str, str]


def _headers(reading: Reading) -> Headers:
    return {
        "X-Toast-RateLimit-By": reading.bucket.scope,
        "X-Toast-RateLimit-Remaining": str(max(0, reading.remaining)),
        "X-Toast-RateLimit-Reset": str(reading.reset_s),
    }
