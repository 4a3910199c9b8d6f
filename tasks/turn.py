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


def take(name: str, work: Callable[[], int], full: int, *, connection_id: int, **given: Any) -> int:
    """Call `work` until it has nothing to do or the turn is over; returns what all did.

    A batch that is `full` tells that there is more. The arguments are those of the task `name`,
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
            if not batch:
                return done + _last_look(name, work, kwargs)
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


def _last_look(name: str, work: Callable[[], int], kwargs: dict[str, Any]) -> int:
    """What came in before the bell could be heard again was signalled by nobody."""
    ring.answered(name, kwargs["connection_id"])
    if late := work():
        ring.once(name, **kwargs)
    return late
