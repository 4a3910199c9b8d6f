"""Beat's scheduler: it keeps no memory, for the slots are one that all beats share."""

from datetime import UTC, datetime
from typing import Any

from celery.beat import Scheduler

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Bell(Scheduler):
    """Rings everything once as it starts, then each job in its interval.

    Whatever was missed while no beat ran is due at once, and what another has rung already is a
    slot that was taken. Celery's own keeps its times in a file, which two beats, or one that is
    killed as it writes, can break; it then forgets what was missed.
    """

    def setup_schedule(self) -> None:
        """Read the timetable; all of it is due."""
        super().setup_schedule()
        entries: dict[str, Any] = self.schedule
        for entry in entries.values():
            entry.last_run_at = _LONG_AGO
