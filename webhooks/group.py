"""Deliveries that come together are stored together: one statement, one commit.

While one group is written the next one gathers, so groups grow with the load by themselves and a
delivery that comes alone waits for nobody. What one delivery holds harms no neighbour: a group
that is refused for it is stored one by one. An outcome that nobody knows counts as not stored; the
platform sends again, and what was stored after all is found to be a duplicate.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import cache

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from config import clock
from config.errors import Fault
from config.logging import logger
from models import deadline, inbox
from models.inbox import NewEvent
from models.session import Line, away, busy
from tasks import ring

log = logger(__name__)

# A platform gives its webhook two seconds in all; this is the database's share of them.
DATABASE_S = 1.5
# More than this waits in no second that a platform would wait for.
_MOST_WAITING = 1000
# Few enough that one statement takes milliseconds, many enough that a commit costs each little.
_MOST_TOGETHER = 100
_MOST_BYTES = 2 * 1024 * 1024

# What is wrong with a delivery rather than with the database; the driver itself refuses some.
_REFUSALS = (DataError, IntegrityError, ValueError)

# Stores deliveries; returns the correlation ids of those that were new.
Store = Callable[[Sequence[NewEvent]], Collection[str]]


class Place:
    """One delivery in its group, and what became of it."""

    __slots__ = ("_tell", "ends", "event", "fault", "fresh", "platform", "settled")

    def __init__(self, event: NewEvent, platform: str, ends: float) -> None:
        self.event = event
        self.platform = platform
        # On the clock that never goes back: past this nobody waits for it any more.
        self.ends = ends
        self.fresh = False
        self.fault: Exception | None = None
        self.settled = False
        self._tell: Callable[[], None] | None = None

    def then(self, tell: Callable[[], None]) -> None:
        """Call `tell` once this is settled, from any thread; at times twice."""
        self._tell = tell
        if self.settled:
            tell()

    def wait(self) -> None:
        """Wait until this is settled; at the end of its time it is."""
        if not self.settled:
            event = threading.Event()
            self.then(event.set)
            if not event.wait(max(0.0, self.ends - clock.monotonic())):
                self.overdue()

    def overdue(self) -> None:
        """Nobody waits any longer."""
        if not self.settled:
            self.settle(fault=away())

    def settle(self, *, fresh: bool = False, fault: Exception | None = None) -> None:
        """What became of it; who was told nothing is told. The first word counts."""
        if self.settled:
            return
        self.fresh, self.fault, self.settled = fresh, fault, True
        if self._tell:
            self._tell()


class Group:
    """Gathers deliveries; a thread of its own stores what has gathered, again and again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Place] = deque()
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="inbox", daemon=True).start()

    def join(self, event: NewEvent, platform: str) -> Place:
        """A place in the next group. Raises: DatabaseBusyError when too many wait already."""
        place = Place(event, platform, clock.monotonic() + min(DATABASE_S, deadline.left()))
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                raise busy()
            self._waiting.append(place)
            self._changed.notify()
        return place

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                places = self._gathered()
            try:
                self._settle(places)
            except Exception as error:
                log.exception("group failed", error=type(error).__name__)
                for place in places:
                    place.settle(fault=error)

    def _gathered(self) -> list[Place]:
        """The next group: the oldest, but none that nobody waits for any more."""
        now, size = clock.monotonic(), 0
        places: list[Place] = []
        while self._waiting and len(places) < _MOST_TOGETHER and size < _MOST_BYTES:
            place = self._waiting.popleft()
            if place.ends > now:
                size += len(place.event.body)
                places.append(place)
            else:
                place.overdue()
        return places

    def _settle(self, places: Sequence[Place]) -> None:
        if not places:
            return
        try:
            fresh = self._written(places)
        except (Fault, SQLAlchemyError, ValueError) as error:
            if len(places) == 1 or not isinstance(error, _REFUSALS):
                for place in places:
                    place.settle(fault=error)
                return
            for place in places:
                self._settle([place])
            return
        # The duplicates' too: what was stored when a commit's answer was lost was not signalled.
        for connection_id, platform in {(p.event.connection_id, p.platform) for p in places}:
            ring.deliveries(connection_id, platform)
        for place in places:
            place.settle(fresh=place.event.correlation_id in fresh)

    def _written(self, places: Sequence[Place]) -> Collection[str]:
        with deadline.within(max(place.ends for place in places) - clock.monotonic()):
            return self._store([place.event for place in places])


@cache
def group() -> Group:
    """This process's."""
    line = Line()
    return Group(lambda events: inbox.accept_all(line, events))


# The thread that writes stays with the parent of a fork.
os.register_at_fork(after_in_child=group.cache_clear)
