"""Beat's scheduler: it keeps no memory, for the slots are one that all beats share."""

from typing import Any

from celery.beat import Scheduler

from config import clock
from config.logging import logger
from tasks import ring

log = logger(__name__)


class Bell(Scheduler):
    """Rings everything once as it starts, then each job in its interval.

    Whatever was missed while no beat ran is due at once, and what another has rung already is a
    slot that was taken. While a ring waits in its queue there is no second one. Celery's own keeps
    its times in a file, which two beats, or one that is killed as it writes, can break; it then
    forgets what was missed. And it goes by a clock that may be set back, after which it waits until
    that has caught up.
    """

    def setup_schedule(self) -> None:
        """Read the timetable; all of it is due, what comes round most often first."""
        super().setup_schedule()
        entries: dict[str, Any] = self.schedule
        names = sorted(entries, key=lambda name: (entries[name].schedule.seconds, name))
        self._rings_at = dict.fromkeys(names, clock.monotonic())

    def tick(self, *_: Any, **__: Any) -> float:
        """Ring what is due. Returns: the seconds until the next ring."""
        entries: dict[str, Any] = self.schedule
        for name, rings_at in self._rings_at.items():
            now = clock.monotonic()
            if now >= rings_at:
                self._rings_at[name] = now + entries[name].schedule.seconds
                self.apply_entry(entries[name])
        return max(0.0, min(self._rings_at.values()) - clock.monotonic())

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Signal a job, unless its last signal still waits; whatever fails, beat goes on."""
        try:
            ring.overdue(entry.task, **entry.kwargs)
        except Exception:
            log.exception("job not rung", task=entry.task)
