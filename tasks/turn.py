"""Turns: who has much to do works for a moment, then stands at the end of the queue again.

So a connection that is flooded holds up each other one of its queue by a turn at most. While it is
at it nobody is signalled for that connection: what comes meanwhile is found by the next look, in
batches that grow with the load. Only where nobody else waits may a second one help with a flood,
and it stops once somebody does.
"""

from collections.abc import Callable
from typing import Any

from config import clock
from tasks import ring

# Some batches; others wait for no longer than a batch beyond it.
TURN_S = 0.5


def take(
    name: str,
    work: Callable[[], int],
    waits: Callable[[], bool],
    full: int,
    *,
    connection_id: int,
    **given: Any,
) -> int:
    """Call `work` until nothing `waits` or the turn is over; returns what all did.

    A batch that is `full` tells that there is more; after any other the bell is answered, and one
    look tells whether something came in meanwhile. The arguments are those of the task `name`,
    which is signalled again when something is left.
    """
    kwargs = {"connection_id": connection_id, **given}
    helps = not ring.leads(name, connection_id)
    done, helped, ends = 0, False, clock.monotonic() + TURN_S
    try:
        while clock.monotonic() < ends:
            batch = work()
            done += batch
            if helps and (batch < full or ring.somebody_waits(name, kwargs)):
                return done
            if batch < full and _is_over(name, waits, connection_id):
                return done
            if batch >= full and not helped and not ring.somebody_waits(name, kwargs):
                helped = ring.task(name, **kwargs)
    except BaseException:
        # Whoever rings next is to be heard, and a sweep needn't doubt.
        if not helps:
            ring.answered(name, connection_id)
        raise
    if not helps:
        ring.pass_on(name, **kwargs)
    return done


def _is_over(name: str, waits: Callable[[], bool], connection_id: int) -> bool:
    """Whether nothing is left, or another was signalled for it.

    What came in before the bell could be heard again was signalled by nobody.
    """
    ring.answered(name, connection_id)
    return not (waits() and ring.resumes(name, connection_id))
