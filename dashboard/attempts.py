"""Slows guessing down: so many attempts per address and minute, counted in this process."""

import threading
from collections import deque
from datetime import datetime, timedelta

MOST = 10
PER = timedelta(minutes=1)
# Beyond this many addresses the oldest are forgotten, so that a flood can't fill the memory.
_ADDRESSES = 10_000


class Attempts:
    """Remembers when each address tried."""

    def __init__(self, most: int = MOST, per: timedelta = PER) -> None:
        self._most = most
        self._per = per
        self._tried: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def wait_s(self, address: str, now: datetime) -> int:
        """Count an attempt; 0 when it may go on, else the seconds until the next one may."""
        with self._lock:
            tried = self._tried.pop(address, deque())
            while tried and tried[0] <= now - self._per:
                tried.popleft()
            self._tried[address] = tried
            if len(self._tried) > _ADDRESSES:
                self._tried.pop(next(iter(self._tried)))
            if len(tried) >= self._most:
                return max(1, round((tried[0] + self._per - now).total_seconds()))
            tried.append(now)
            return 0
