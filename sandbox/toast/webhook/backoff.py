"""When a subscription is given a rest, or given up. Source: page apiBackOffSupport."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

ERRORS = 50
ERRORS_WITHIN_S = 300.0
PAUSE_S = 60.0
PAUSES = 9
PAUSES_WITHIN_S = 600.0


@dataclass
class Backoff:
    """Errors and pauses of one subscription; times are seconds of one monotonic clock.

    `scale` shortens every duration, as it does for retries.
    """

    scale: float = 1.0
    stopped: bool = False
    paused_until: float = float("-inf")
    _errors: deque[float] = field(default_factory=deque)
    _pauses: deque[float] = field(default_factory=deque)

    def state(self, now: float) -> str:
        """`active`, `paused` for a minute, or `stopped` until support restarts it."""
        if self.stopped:
            return "stopped"
        return "paused" if now < self.paused_until else "active"

    def rest(self, now: float, seconds: float | None) -> None:
        """Pause for so long whatever the errors, or stop when no time is given."""
        if seconds is None:
            self.stopped = True
        else:
            self.paused_until = now + seconds

    def failed(self, now: float) -> None:
        """Count an error; the fiftieth in five minutes pauses, the ninth pause in ten stops."""
        if self.state(now) != "active":
            return
        if _count(self._errors, now, ERRORS_WITHIN_S * self.scale) < ERRORS:
            return
        self._errors.clear()
        self.paused_until = now + PAUSE_S * self.scale
        if _count(self._pauses, now, PAUSES_WITHIN_S * self.scale) >= PAUSES:
            self.stopped = True


def _count(moments: deque[float], now: float, within_s: float) -> int:
    moments.append(now)
    while moments[0] <= now - within_s:
        moments.popleft()
    return len(moments)
