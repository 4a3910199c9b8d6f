"""What a command puts up with: others that get no further, a database that is away a moment."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from config import clock
from models.session import DatabaseAwayError

_T = TypeVar("_T")

# Longer than a worker needs for a page at its slowest, short enough to be noticed by nobody.
_FIRST_S = 10.0
_LONGEST_S = 60.0
# How often rows are looked at while workers are at them.
POLL_S = 0.25
# For how long on end a database may be away or busy. Restarting one takes seconds; no statement may
# take longer than this, so that a step that did has got somewhere.
_OUTLAST_S = 90.0
_TRY_AGAIN_S = 2.0


def watched(look: Callable[[], _T]) -> Iterator[tuple[_T, bool]]:
    """What `look` sees, now and again until it sees nothing, and whether it is stuck.

    Stuck is what stayed the same for too long; each time that then takes twice as long.
    """
    patience = _Patience()
    while state := look():
        yield state, patience.is_over(state)
        time.sleep(POLL_S)


def outlasting(step: Callable[[], _T], say: Callable[[str], None]) -> _T:
    """What `step` comes to: taken again while the database is away, for a while on end.

    Raises: DatabaseAwayError when it is away for longer.
    """
    ends = None
    while True:
        began = clock.monotonic()
        try:
            return step()
        except DatabaseAwayError as fault:
            now = clock.monotonic()
            if ends is None or now - began > _OUTLAST_S:
                ends = now + _OUTLAST_S
                say(f"{fault.sentence} Trying again for {_OUTLAST_S:.0f} s.")
            if now > ends:
                raise
            time.sleep(_TRY_AGAIN_S)


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
