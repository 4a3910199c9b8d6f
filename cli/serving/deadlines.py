"""Deadlines that all lie equally far ahead: thousands a second cost next to nothing."""

import asyncio
from collections import deque
from collections.abc import Callable

# Nobody is cut off later than this after their time.
_EVERY_S = 0.25


class Deadline:
    """What is called when the time is over, unless it was `met`."""

    __slots__ = ("at", "missed")

    def __init__(self, at: float, missed: Callable[[], object]) -> None:
        self.at = at
        self.missed: Callable[[], object] | None = missed

    def met(self) -> None:
        """There is nothing to wait for any more."""
        self.missed = None


class Deadlines:
    """Deadlines `after_s` from when each was set, looked at a few times a second."""

    def __init__(self, loop: asyncio.AbstractEventLoop, after_s: float) -> None:
        self._loop = loop
        self._after_s = after_s
        self._waiting: deque[Deadline] = deque()
        self._looking = False

    def set(self, missed: Callable[[], object]) -> Deadline:
        """Have `missed` called on the loop at the end of the time."""
        deadline = Deadline(self._loop.time() + self._after_s, missed)
        self._waiting.append(deadline)
        if not self._looking:
            self._looking = True
            self._loop.call_later(_EVERY_S, self._look)
        return deadline

    def _look(self) -> None:
        now = self._loop.time()
        while self._waiting and (self._waiting[0].missed is None or self._waiting[0].at <= now):
            missed = self._waiting.popleft().missed
            if missed is not None:
                missed()
        self._looking = bool(self._waiting)
        if self._looking:
            self._loop.call_later(_EVERY_S, self._look)
