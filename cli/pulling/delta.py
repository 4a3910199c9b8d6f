"""Reads what changed, now: through workers when some are up, else in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.pulling import workers
from cli.pulling.patience import POLL_S, Outlasting, watched
from config import clock
from connectors.base.errors import AccessRefusedError
from models import Connection
from models.lease import LeaseLostError
from models.readings import Reading, newest_run, readings
from models.session import DatabaseAwayError, unit_of_work
from models.sync_run import WAITING
from tasks import ring, sites, sync


@dataclass
class Delta:
    """One delta of a connection; `show` gets streams done, streams in all and rows read.

    `no_worker` says that this process read it, since nobody else was there.
    """

    connection: Connection
    stream: str | None
    show: Callable[[int, int, int], None]
    say: Callable[[str], None]
    after_run: int = 0
    no_worker: bool = False
    rung: set[int] = field(default_factory=set)
    outlasting: Outlasting = field(init=False)

    def __post_init__(self) -> None:
        """From here on runs are those of this delta."""
        self.outlasting = Outlasting(self.say)
        with unit_of_work() as session:
            self.after_run = newest_run(session, self.connection.id)

    def look(self) -> list[Reading]:
        """How far each stream of each location is."""
        with unit_of_work() as session:
            found = readings(session, self.connection.id, self.stream, self.after_run, clock.now())
        self._show(found)
        return found

    def run(self) -> list[Reading]:
        """Read to the end of every stream; a failure is told in its reading.

        Raises: AccessRefusedError, TransientError when the locations can't be listed;
        DatabaseAwayError when that lasts.
        """
        with self.outlasting.until_interrupted():
            return self.outlasting.through(self._follow)

    def _follow(self) -> list[Reading]:
        if not self.look():
            sites.refresh(self.connection.id)
        self.no_worker = not workers.take("sync.stream", self.connection.platform)
        if not self.no_worker:
            self._by_workers()
        if not all(reading.over for reading in self.look()):
            self._here()
        return self.look()

    def signal(self) -> bool:
        """Ask workers and don't wait; false when there are none, who then read it later."""
        for reading in self.look():
            self._ring(reading)
        return workers.take("sync.stream", self.connection.platform)

    def _by_workers(self) -> None:
        """Until it is read, or no worker is left."""
        for found, stuck in watched(self._unread):
            for reading in found:
                # A stream that somebody reads just now is asked for when that reader is done.
                if reading.cursor_id not in self.rung and not reading.leased:
                    self._ring(reading)
                elif self._waited(reading):
                    self._ring_again(reading)
            if stuck:
                if not workers.take("sync.stream", self.connection.platform):
                    return
                self.rung.clear()

    def _unread(self) -> list[Reading]:
        return [reading for reading in self.look() if not reading.over]

    def _ring(self, reading: Reading) -> None:
        self.rung.add(reading.cursor_id)
        ring.task("sync.stream", cursor_id=reading.cursor_id, platform=self.connection.platform)

    def _waited(self, reading: Reading) -> bool:
        """Whether its reader waited for its turn to call, and that has come."""
        made_room = reading.status == WAITING and not reading.leased
        return made_room and reading.next_due_at <= clock.now()

    def _ring_again(self, reading: Reading) -> None:
        platform = self.connection.platform
        ring.overdue("sync.stream", cursor_id=reading.cursor_id, platform=platform)

    def _here(self) -> None:
        with workers.here():
            for reading in self.look():
                if not reading.over and not self._read(reading):
                    return

    def _read(self, reading: Reading) -> bool:
        """Read one stream; false when the platform takes none of these credentials.

        Raises: DatabaseAwayError.
        """
        told, before = False, self.look()
        while True:
            summary = sync.run(
                reading.cursor_id, report=lambda counts: self._show(before, counts.read)
            )
            if summary is not None and isinstance(summary.fault, DatabaseAwayError):
                raise summary.fault
            if summary is not None and not isinstance(summary.fault, LeaseLostError):
                return not isinstance(summary.fault, AccessRefusedError)
            if not told:
                self.say(f"{reading.location or reading.stream}: waiting for another reader.")
                told = True
            time.sleep(POLL_S)

    def _show(self, found: list[Reading], beyond: int = 0) -> None:
        rows = sum(reading.rows_read for reading in found) + beyond
        over = sum(reading.over for reading in found)
        self.outlasting.saw(over, rows)
        self.show(over, len(found), rows)
