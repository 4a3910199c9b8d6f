"""Tries of what may cost a worker its life: counted before they begin, taken back when they end.

Where the database is away by then, the broker keeps a note of it: whoever is to count the next try
forgives the last one first, and nobody waits. Only with both of them away it stays counted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from sqlalchemy.orm import Session

from config.logging import logger
from models.session import DatabaseAwayError, unit_of_work
from tasks import pending

log = logger(__name__)

TakeBack = Callable[[Session], object]


@contextmanager
def ending(what: str, take_back: TakeBack) -> Iterator[None]:
    """Inside, a try of `what` is counted and made; should that fail, it counts for nothing.

    Out of memory it counts: that is what would have cost the worker.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception:
        over(what, take_back)
        raise


def over(what: str, take_back: TakeBack) -> None:
    """Take a try back, now or before the next one is counted."""
    try:
        with unit_of_work() as session:
            take_back(session)
    except DatabaseAwayError:
        try:
            pending.forgive(what)
        except redis.RedisError as error:
            log.warning("a try stays counted", what=what, error=type(error).__name__)


def forgiven(session: Session, what: str, take_back: TakeBack) -> None:
    """To be called before a try is counted: the last one may have ended all the same."""
    try:
        if pending.forgiven(what):
            take_back(session)
    except redis.RedisError as error:
        log.warning("notes of tries not read", error=type(error).__name__)
