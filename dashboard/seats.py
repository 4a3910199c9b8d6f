"""A few seats for those who listen: each holds a thread of the server."""

import threading
from collections.abc import Callable
from itertools import count


class Seats:
    """So many at a time in this process. A seat that nobody gave back is free at its deadline."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._taken: dict[int, float] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    def take(self, for_s: float) -> int | None:
        """A seat's number; None when all are taken."""
        now = self._clock()
        with self._lock:
            self._taken = {seat: ends for seat, ends in self._taken.items() if ends > now}
            if len(self._taken) >= self._most:
                return None
            seat = next(self._numbers)
            self._taken[seat] = now + for_s
            return seat

    def give_back(self, seat: int) -> None:
        """Free a seat; once more does no harm."""
        with self._lock:
            self._taken.pop(seat, None)
