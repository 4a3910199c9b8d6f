"""How late the database's commits are, all along: on a busy machine a well one is late, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from sqlalchemy import text

from models.session import unit_of_work
from webhooks.receive import DATABASE_S

_EVERY_S = 0.05
# The door gives up after `DATABASE_S`, of which others take their parts.
_LATE_S = DATABASE_S / 3
# Reaches the disk as a delivery does, and is in no table.
_COMMITTED = text("SELECT pg_logical_emit_message(true, 'pulse', 'x')")

Span = tuple[float, float]


class Pulse:
    """Commits again and again in a thread, and notes when one was late."""

    def __init__(self) -> None:
        self._late: list[Span] = []
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def late_within(self, began: float, ended: float) -> bool:
        """Whether a commit was late at any time between."""
        return any(since < ended and began < until for since, until in self._late)

    def stop(self) -> None:
        """Once the last one is noted."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        due = monotonic()
        while not self._over.is_set():
            with unit_of_work() as session:
                session.execute(_COMMITTED)
            if monotonic() - due > _LATE_S:
                self._late.append((due, monotonic()))
            due = monotonic() + _EVERY_S
            self._over.wait(_EVERY_S)


@contextmanager
def pulse() -> Iterator[Pulse]:
    """One that beats while the body runs."""
    beating = Pulse()
    try:
        yield beating
    finally:
        beating.stop()
