"""The timetable's slots: a doubled or late beat runs no job twice."""

from datetime import UTC, datetime

from config import clock
from models import job_slot
from models.session import unit_of_work


def first_in_slot(job: str, every_s: int) -> bool:
    """Whether this call is the first for the current slot of `job`. An `every_s` of 0 has none."""
    if every_s <= 0:
        return True
    start = int(clock.now().timestamp()) // every_s * every_s
    with unit_of_work() as session:
        return job_slot.take(session, job, datetime.fromtimestamp(start, UTC))
