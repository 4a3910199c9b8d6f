"""A platform's own clock, estimated from the Date headers of its replies.

Windows end, tokens expire and limits are sliced by the platform's clock, not by ours.
"""

from datetime import datetime, timedelta

from config import clock

# A Date header drops the fraction, so the true instant lies within a second after it.
_RESOLUTION = timedelta(seconds=1)
# What this process knows of each address, for clients that had no reply yet.
_last: dict[str, timedelta] = {}
_MOST = 1000


def remember(address: str, offset: timedelta) -> None:
    """Keep how far the clock at an address is ahead of ours."""
    if len(_last) >= _MOST:
        _last.clear()
    _last[address] = offset


def last_known(address: str) -> timedelta:
    """How far it was ahead when somebody here had a reply last; zero before the first."""
    return _last.get(address, timedelta())


class ServerClock:
    """How far a platform's clock is ahead of ours, known better with each reply.

    A reply stamped D that was asked for at S and had arrived by R bounds the offset: it lies
    between D - R and D + 1 s - S. The bounds of all replies together narrow it to milliseconds.
    """

    def __init__(self) -> None:
        self._low = timedelta()
        self._high = timedelta()
        self._measured = False

    @property
    def measured(self) -> bool:
        """Whether it is the platform's clock, rather than ours for want of a reply."""
        return self._measured

    @property
    def offset(self) -> timedelta:
        """What to add to our clock; zero before the first reply."""
        return (self._low + self._high) / 2

    def now(self) -> datetime:
        """The present instant by the platform's clock."""
        return clock.now() + self.offset

    def measure(self, *, sent: datetime, received: datetime, stamped: datetime) -> None:
        """Take in one reply; bounds that contradict the earlier ones mean that a clock was set."""
        low, high = stamped - received, stamped + _RESOLUTION - sent
        if self._measured and low <= self._high and high >= self._low:
            low, high = max(low, self._low), min(high, self._high)
        self._low, self._high, self._measured = low, high, True
