"""All that the stand-in is at one moment: merchant, orders, tokens, limits, faults, webhooks."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from sandbox.base.clock import Clock
from sandbox.base.faults import FaultPlan
from sandbox.toast.book import OrderBook
from sandbox.toast.estate import Estate
from sandbox.toast.grants import Grants
from sandbox.toast.limits import RateLimits
from sandbox.toast.merchant import Merchant, Restaurant
from sandbox.toast.seed import SeedReport
from sandbox.toast.tokens import TokenIssuer
from sandbox.toast.webhook.announcer import Announcer


@dataclass
class Platform:
    """The parts, in one place for routes to reach."""

    clock: Clock
    merchant: Merchant
    book: OrderBook
    estate: Estate
    tokens: TokenIssuer
    rate_limits: RateLimits
    faults: FaultPlan
    webhooks: Announcer
    grants: Grants
    partner: bool = True
    seed_report: SeedReport | None = None
    withdrawn: set[str] = field(default_factory=set)
    _requests: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def connected(self, restaurant: Restaurant) -> bool:
        """Whether a location was given to the client; a group's account has its group alone."""
        group = self.merchant.group_of(restaurant)
        ours = self.partner or group == self.merchant.group_guid
        return ours and self.grants.of(restaurant).connected

    def lists(self, restaurant: Restaurant) -> bool:
        """Whether the client is told of a location."""
        return self.connected(restaurant) and restaurant.guid not in self.withdrawn

    def admits(self, restaurant: Restaurant) -> bool:
        """Whether the client may read a location by now."""
        usable_ms = self.grants.of(restaurant).usable_ms
        return self.lists(restaurant) and usable_ms <= self.clock.now_ms()

    def count(self, route: str) -> None:
        """Note one request on a route."""
        with self._lock:
            self._requests[route] += 1

    def requests(self) -> dict[str, int]:
        """How many requests each route has had."""
        with self._lock:
            return dict(self._requests)
