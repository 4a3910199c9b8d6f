"""Reads history: one import followed to its end, whoever reads its slices."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cli.pulling import workers
from cli.pulling.patience import POLL_S, watched
from config import clock
from models import run_progress
from models.run_progress import RunProgress
from models.session import unit_of_work
from tasks import backfill
from tasks.pull import Counts

# Nobody watches a command that stands still for longer: it is parked.
_WORTH_WAITING = timedelta(minutes=10)
# As often as beat rings for slices.
_RING_S = 1.0


@dataclass
class History:
    """One import of a stream; `show` gets slices done, slices in all and rows read."""

    run_id: int
    platform: str
    show: Callable[[int, int, int], None]
    say: Callable[[str], None]
    seen: tuple[int, int] = (0, 0)
    moved_at: float = field(default_factory=clock.monotonic)
    rung_at: float = field(default_factory=clock.monotonic)

    def retry_failed(self) -> None:
        """Have slices that failed before read again: somebody mended the cause."""
        with unit_of_work() as session:
            run_progress.retry_failed(session, self.run_id, clock.now())

    def run(self) -> RunProgress:
        """Read until it is done, held up by a failure, or has long to wait."""
        if workers.take("backfill.slice", self.platform):
            backfill.plan(run_id=self.run_id, platform=self.platform)
            self._by_workers()
        else:
            backfill.cut(self.run_id)
        if self._going_on():
            self._here()
        return self.look()

    def look(self) -> RunProgress:
        """How far the run is."""
        with unit_of_work() as session:
            found = run_progress.progress(session, self.run_id, clock.now())
        self._show(found)
        if (so_far := (found.slices_done, found.rows_read)) != self.seen:
            self.seen, self.moved_at = so_far, clock.monotonic()
        return found

    def _by_workers(self) -> None:
        """Until there is nothing left to wait for, or no worker is left.

        Slices are signalled as they are by beat, which need not run: their turn to call has come,
        their worker died, or the signal got lost.
        """
        for _, stuck in watched(self._going_on):
            if stuck and not workers.take("backfill.slice", self.platform):
                return
            if clock.monotonic() - self.rung_at >= _RING_S:
                backfill.signal(self.run_id)
                self.rung_at = clock.monotonic()

    def _here(self) -> None:
        said = ""
        with workers.here():
            while found := self._going_on():
                if ready := self._readable():
                    backfill.read(ready[0], report=partial(self._count, found))
                    continue
                if (reason := self._reason(found)) != said:
                    self.say(f"{reason} Reading goes on at {_resumes(found):%H:%M:%S} UTC.")
                    said = reason
                time.sleep(POLL_S)

    def _count(self, before: RunProgress, counts: Counts) -> None:
        self._show(before, counts.read)

    def _show(self, found: RunProgress, beyond: int = 0) -> None:
        self.show(found.slices_done, found.slices, found.rows_read + beyond)

    def _readable(self) -> list[int]:
        with unit_of_work() as session:
            return run_progress.readable(session, self.run_id, clock.now())

    def _reason(self, found: RunProgress) -> str:
        """What is waited for, as far as nothing can be read now."""
        if found.leased:
            return f"Another reader holds {found.leased} slices, or has died over them."
        with unit_of_work() as session:
            held = run_progress.trouble(session, self.run_id)
        return f"{held.error} {held.next_step}" if held else "The next slice isn't due yet."

    def _going_on(self) -> RunProgress | None:
        """How far the run is, as long as somebody reads or will within the time worth waiting."""
        found = self.look()
        return found if self._goes_on(found) else None

    def _goes_on(self, found: RunProgress) -> bool:
        if found.finished or clock.monotonic() - self.moved_at > _WORTH_WAITING.total_seconds():
            return False
        soon = clock.now() + _WORTH_WAITING
        return bool(found.leased) or (found.resumes_at is not None and found.resumes_at < soon)


def _resumes(found: RunProgress) -> datetime:
    """When the first slice may be read; a lease that isn't held longer ends by itself."""
    ends = [at for at in (found.resumes_at, found.leased_until) if at is not None]
    return min(ends, default=clock.now())
