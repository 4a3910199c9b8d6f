"""How long to wait before something that failed is tried again."""

from datetime import timedelta

_FIRST_S = 5
_LONGEST_S = 900


def backoff(failures: int) -> timedelta:
    """The wait after `failures` earlier ones in a row: 5 s, twice as long each time, 15 minutes."""
    # No power of a row that has failed for a year: the longest is reached long before.
    return timedelta(seconds=min(_FIRST_S * 2 ** min(failures, 10), _LONGEST_S))


def spread(wait: timedelta, chance: float) -> timedelta:
    """A wait that many were told at once, up to a tenth longer: `chance` is from 0 to 1.

    Never shorter: a platform that said how long it wants to be left alone means that.
    """
    return wait * (1 + chance / 10)
