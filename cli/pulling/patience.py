"""Notices that nothing moves any more."""

from typing import Any

from config import clock

# Longer than a worker needs for a page at its slowest, short enough to be noticed by nobody.
_FIRST_S = 10.0
_LONGEST_S = 60.0
# How often rows are looked at while workers are at them.
POLL_S = 0.25


class Patience:
    """Runs out when what is watched stays the same; each time it then lasts twice as long."""

    def __init__(self, first_s: float = _FIRST_S) -> None:
        self._first_s = first_s
        self._lasts_s = first_s
        self._seen: Any = None
        self._since = clock.monotonic()

    def is_over(self, state: Any) -> bool:
        """Whether `state` has been the same for too long."""
        now = clock.monotonic()
        if state != self._seen:
            self._seen, self._since, self._lasts_s = state, now, self._first_s
            return False
        if now - self._since < self._lasts_s:
            return False
        self._since, self._lasts_s = now, min(self._lasts_s * 2, _LONGEST_S)
        return True
