"""Watches work that others do, and notices that nothing moves any more."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from config import clock

_T = TypeVar("_T")

# Longer than a worker needs for a page at its slowest, short enough to be noticed by nobody.
_FIRST_S = 10.0
_LONGEST_S = 60.0
# How often rows are looked at while workers are at them.
POLL_S = 0.25


def watched(look: Callable[[], _T]) -> Iterator[tuple[_T, bool]]:
    """What `look` sees, now and again until it sees nothing, and whether it is stuck.

    Stuck is what stayed the same for too long; each time that then takes twice as long.
    """
    patience = _Patience()
    while state := look():
        yield state, patience.is_over(state)
        time.sleep(POLL_S)


class _Patience:
    def __init__(self) -> None:
        self._lasts_s = _FIRST_S
        self._seen: Any = None
        self._since = clock.monotonic()

    def is_over(self, state: Any) -> bool:
        """Whether `state` has been the same for too long."""
        now = clock.monotonic()
        if state != self._seen:
            self._seen, self._since, self._lasts_s = state, now, _FIRST_S
            return False
        if now - self._since < self._lasts_s:
            return False
        self._since, self._lasts_s = now, min(self._lasts_s * 2, _LONGEST_S)
        return True
