"""All that the stand-in is at one moment: merchant, orders, tokens, limits, faults, webhooks."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from sandbox.base.clock import Clock
from sandbox.base.faults import FaultPlan
from sandbox.toast.book import OrderBook
from sandbox.toast.estate import Estate
from sandbox.toast.limits import RateLimits
from sandbox.toast.merchant import Merchant
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
    partner: bool = True
    seed_report: SeedReport | None = None
    withdrawn: set[str] = field(default_factory=set)
    _requests: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, route: str) -> None:
        """Note one request on a route."""
        with self._lock:
            self._requests[route] += 1

    def requests(self) -> dict[str, int]:
        """How many requests each route has had."""
        with self._lock:
            return dict(self._requests)
