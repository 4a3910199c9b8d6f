"""Turns: who has much to do works for a moment, then stands at the end of the queue again.

So a connection that is flooded holds up each other one of its queue by a turn at most. While it is
at it nobody is signalled for that connection: what comes meanwhile is found by the next look, in
batches that grow with the load.
"""

from collections.abc import Callable
from typing import Any

from config import clock
from tasks import ring

# Some batches; others wait for no longer than a batch beyond it.
TURN_S = 0.5


def take(name: str, work: Callable[[], int], *, connection_id: int, **given: Any) -> int:
    """Call `work` until it has nothing to do or the turn is over; returns what all did.

    The arguments are those of the task `name`, which is signalled again when something is left.
    """
    done, ends = 0, clock.monotonic() + TURN_S
    try:
        while clock.monotonic() < ends:
            batch = work()
            done += batch
            if not batch:
                return done + _last_look(name, work, connection_id, given)
    except BaseException:
        # Whoever rings next is to be heard, and a sweep needn't doubt.
        ring.answered(name, connection_id)
        raise
    ring.pass_on(name, connection_id=connection_id, **given)
    return done


def _last_look(
    name: str, work: Callable[[], int], connection_id: int, given: dict[str, Any]
) -> int:
    """What came in before the bell could be heard again was signalled by nobody."""
    if not ring.answered(name, connection_id):
        return 0
    if late := work():
        ring.once(name, connection_id=connection_id, **given)
    return late
