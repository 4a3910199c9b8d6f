"""The stand-in's clock: the only place that reads the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate


class Clock:
    """A time source with an offset, so that a platform can be ahead or behind."""

    def __init__(self, source: Callable[[], float] = time.time, offset_s: float = 0.0) -> None:
        self._source = source
        self.offset_s = offset_s

    def now(self) -> float:
        """UNIX seconds, offset included."""
        return self._source() + self.offset_s

    def now_ms(self) -> int:
        """UNIX milliseconds, offset included."""
        return round(self.now() * 1000)

    def http_date(self, ahead_s: float = 0.0) -> str:
        """The `Date` header of a response sent now, or of one sent that much later."""
        return formatdate(self.now() + ahead_s, usegmt=True)
