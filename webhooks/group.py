"""Deliveries that come together are stored together: one statement, one commit.

While one group is written the next one gathers, so groups grow with the load by themselves and a
delivery that comes alone waits for nobody. What one delivery holds harms no neighbour: a group
that is refused for it is stored one by one. An outcome that nobody knows counts as not stored; the
platform sends again, and what was stored after all is found to be a duplicate.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence

from config import clock
from config.errors import Fault
from config.logging import logger
from models.inbox import NewEvent
from models.line import ERRORS, REFUSALS
from models.session import away, busy
from tasks import ring

log = logger(__name__)

# More than this waits in no second that a platform would wait for.
_MOST_WAITING = 1000
# Few enough that one statement takes milliseconds, many enough that a commit costs each little.
_MOST_TOGETHER = 100
_MOST_BYTES = 2 * 1024 * 1024

# Stores deliveries; returns the correlation ids of those that were new.
Store = Callable[[Sequence[NewEvent]], Awaitable[Collection[str]]]


class Place:
    """One delivery in its group, and what became of it."""

    __slots__ = ("ends", "event", "fault", "fresh", "platform", "settled")

    def __init__(self, event: NewEvent, platform: str, ends: float) -> None:
        self.event = event
        self.platform = platform
        # On the clock that never goes back: past this nobody waits for it any more.
        self.ends = ends
        self.fresh = False
        self.fault: Exception | None = None
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait(self) -> None:
        """Wait until this is settled; at the end of its time it is."""
        left_s = max(0.0, self.ends - clock.monotonic())
        over = asyncio.get_running_loop().call_later(left_s, self.overdue)
        await self.settled
        over.cancel()

    def overdue(self) -> None:
        """Nobody waits any longer."""
        if not self.settled.done():
            self.settle(fault=away())

    def settle(self, *, fresh: bool = False, fault: Exception | None = None) -> None:
        """What became of it. The first word counts."""
        if not self.settled.done():
            self.fresh, self.fault = fresh, fault
            self.settled.set_result(None)


class Group:
    """Gathers deliveries on a loop, and stores what has gathered, again and again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Place] = deque()
        self._writing: asyncio.Task[None] | None = None

    def join(self, event: NewEvent, platform: str, ends: float) -> Place:
        """A place in the next group. Raises: DatabaseBusyError when too many wait already."""
        if len(self._waiting) >= _MOST_WAITING:
            raise busy()
        place = Place(event, platform, ends)
        self._waiting.append(place)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return place

    async def _write(self) -> None:
        while self._waiting:
            places = self._gathered()
            try:
                await self._settle(places)
            except Exception as error:
                log.exception("group failed", error=type(error).__name__)
                for place in places:
                    place.settle(fault=error)
        self._writing = None

    def _gathered(self) -> list[Place]:
        """The next group: the oldest, but none that nobody waits for any more."""
        now, size = clock.monotonic(), 0
        places: list[Place] = []
        while self._waiting and len(places) < _MOST_TOGETHER and size < _MOST_BYTES:
            place = self._waiting.popleft()
            if place.ends > now and not place.settled.done():
                size += len(place.event.body)
                places.append(place)
            else:
                place.overdue()
        return places

    async def _settle(self, places: Sequence[Place]) -> None:
        if not places:
            return
        try:
            fresh = await self._written(places)
        except (Fault, *ERRORS) as error:
            if len(places) == 1 or not isinstance(error, REFUSALS):
                for place in places:
                    place.settle(fault=error)
                return
            for place in places:
                await self._settle([place])
            return
        for place in places:
            place.settle(fresh=place.event.correlation_id in fresh)
        # The duplicates' too: what was stored when a commit's answer was lost was not signalled.
        for connection_id, platform in {(p.event.connection_id, p.platform) for p in places}:
            ring.deliveries(connection_id, platform)

    async def _written(self, places: Sequence[Place]) -> Collection[str]:
        try:
            async with asyncio.timeout(max(place.ends for place in places) - clock.monotonic()):
                return await self._store([place.event for place in places])
        except TimeoutError:
            raise away() from None
