"""The timetable's slots: a doubled or late beat runs no job twice."""

from collections.abc import Callable
from functools import wraps

from models import job_slot
from models.session import unit_of_work
from tasks import app, ring


def scheduled(name: str) -> Callable[[Callable[[], int]], Callable[..., int]]:
    """Declare a task of the timetable: its body runs once a slot, however many beats ring it.

    Called without `every_s`, by hand or by itself, it runs each time.
    """

    def declare(body: Callable[[], int]) -> Callable[..., int]:
        @app.task(name=name)
        @wraps(body)
        def once(*, every_s: int = 0) -> int:
            ring.answered(name, 0)
            return body() if first_in_slot(name, every_s) else 0

        return once

    return declare


def first_in_slot(job: str, every_s: int) -> bool:
    """Whether this call is the first for the current slot of `job`. An `every_s` of 0 has none."""
    if every_s <= 0:
        return True
    with unit_of_work() as session:
        return job_slot.take(session, job, every_s) is not None
