"""What a command puts up with: others that get no further, a database that is away a moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, getsignal, signal
from typing import Any, TypeVar

from config import clock
from models.session import DatabaseAwayError

_T = TypeVar("_T")

# Longer than a worker needs for a page at its slowest, short enough to be noticed by nobody.
_FIRST_S = 10.0
_LONGEST_S = 60.0
# How often rows are looked at while workers are at them.
POLL_S = 0.25
# For how long on end a database may be away or busy: restarting one takes seconds.
_OUTLAST_S = 90.0
# What works for as long after a fault is well again.
_WELL_AGAIN_S = 30.0
_TRY_AGAIN_S = 2.0


def watched(look: Callable[[], _T]) -> Iterator[tuple[_T, bool]]:
    """What `look` sees, now and again until it sees nothing, and whether it is stuck.

    Stuck is what stayed the same for too long; each time that then takes twice as long.
    """
    patience = _Patience()
    while state := look():
        yield state, patience.is_over(state)
        time.sleep(POLL_S)


class Outlasting:
    """Takes steps that can be taken again, through a database that is away or busy for a while.

    `say` gets what is waited for. How long is counted from the first fault after the steps last
    got anywhere, or all was well.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._state: Any = None
        self._ends: float | None = None
        self._failed_at = 0.0
        self._interrupted = False

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        """Ctrl-C within ends the trying, also where the database's driver swallowed it."""
        before = getsignal(SIGINT)
        # A script may have its commands ignore it.
        if not callable(before):
            yield
            return
        signal(SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal(SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def saw(self, *state: Any) -> None:
        """Be told how far the steps are, whenever the database was asked.

        What differs from the last time got somewhere.
        """
        well_again = clock.monotonic() - self._failed_at > _WELL_AGAIN_S
        if well_again or state != self._state:
            self._state, self._ends = state, None

    def through(self, step: Callable[[], _T]) -> _T:
        """What `step` comes to. Raises: DatabaseAwayError when that lasts; KeyboardInterrupt."""
        while True:
            try:
                return step()
            except DatabaseAwayError as fault:
                if self._interrupted:
                    raise KeyboardInterrupt from fault
                self._wait(fault)

    def _wait(self, fault: DatabaseAwayError) -> None:
        now = self._failed_at = clock.monotonic()
        if self._ends is None:
            self._ends = now + _OUTLAST_S
            self._say(f"{fault.sentence} Trying again for {_OUTLAST_S:.0f} s.")
        elif now > self._ends:
            # Who followed the work ends here; it doesn't try again by itself.
            step = "'taxpoynt doctor' says what is wrong; then give the same command again."
            raise type(fault)(fault.code, fault.sentence, next_step=step) from fault
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
