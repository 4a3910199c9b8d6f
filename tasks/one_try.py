"""Tries of what may cost a worker its life: counted before they begin, taken back when they end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from models.session import DatabaseAwayError, unit_of_work

_PAUSE_S = 0.5


@contextmanager
def ending(take_back: Callable[[Session], object]) -> Iterator[None]:
    """Inside, a try is counted and made; should that fail, it counts for nothing.

    Out of memory it counts: that is what would have cost the worker.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception:
        outlast(take_back)
        raise


def outlast(take_back: Callable[[Session], object]) -> None:
    """Take a try back, however long the database is away: this worker isn't lost.

    Raises: SoftTimeLimitExceeded when the task's time is up.
    """
    while True:
        try:
            with unit_of_work() as session:
                take_back(session)
        except DatabaseAwayError:
            time.sleep(_PAUSE_S)
        else:
            return
