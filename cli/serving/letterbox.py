"""Word from other threads: the loop is woken once, however many are told meanwhile."""

import asyncio
from collections import deque


class Letterbox:
    """Futures of a loop that other threads may call done."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._told: deque[asyncio.Future[None]] = deque()
        self._woken = False

    def tell(self, future: "asyncio.Future[None]") -> None:
        """From any thread: this is done. Once more does no harm."""
        self._told.append(future)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._open)

    def _open(self) -> None:
        # Before the rest: what is told from here on wakes the loop again.
        self._woken = False
        while self._told:
            future = self._told.popleft()
            if not future.done():
                future.set_result(None)
