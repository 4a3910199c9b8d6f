"""Turns: who has much to do works for a moment, then stands at the end of the queue again.

So a connection that is flooded holds up each other one of its queue by a turn at most. While it is
at it nobody is signalled for that connection: what comes meanwhile is found by the next look, in
batches that grow with the load. Only where nobody else waits may a second one help with a flood,
and it stops once somebody does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config import clock
from config.logging import logger
from tasks import ring, verb

log = logger(__name__)


class TakenError(Exception):
    """All that waits is another's; whatever that one leaves a sweep finds."""


# Some batches; others wait for no longer than a batch beyond it.
TURN_S = 0.5
# A signal takes some 15 ms from the door to its task: who looks that long hears sooner.
_LOOKS, _PAUSE_S = 2, 0.0075


def take(
    name: str,
    work: Callable[[], int],
    waits: Callable[[], bool],
    full: int,
    suspect: Callable[[], object],
    *,
    connection_id: int,
    **given: Any,
) -> int:
    """Call `work` until nothing `waits` or the turn is over; returns what all did.

    A batch that is `full` tells that there is more; after any other a look tells. The arguments are
    those of the task `name`, which is signalled again when something is left. What was at hand when
    workers were lost is to be `suspect` first. Where `work` finds all of it with another it
    raises TakenError, and the turn is over.
    """
    kwargs = {"connection_id": connection_id, **given}
    began = ring.begins(name, connection_id)
    helps = not began
    done, helped, ends = 0, False, clock.monotonic() + TURN_S
    try:
        with _heard_after(name, connection_id, helps=helps):
            if verb.cost_workers(began):
                log.warning("worker lost with a batch", task=name, connection_id=connection_id)
                suspect()
            while clock.monotonic() < ends:
                batch = work()
                done += batch
                if helps and (batch < full or ring.somebody_waits(name, kwargs)):
                    return done
                if batch < full and not (batch and _more_comes(name, waits, kwargs)):
                    ring.answered(name, connection_id)
                    # What came in before the bell could be heard again was signalled by nobody;
                    # all else that waits is others', who have it locked.
                    late = work() if waits() else 0
                    done += late
                    if not (late and ring.resumes(name, connection_id)):
                        return done
                if batch >= full and not helped and not ring.somebody_waits(name, kwargs):
                    helped = ring.task(name, **kwargs)
    except TakenError:
        return done
    if not helps:
        ring.pass_on(name, **kwargs)
    return done


@contextmanager
def _heard_after(name: str, connection_id: int, *, helps: bool) -> Iterator[None]:
    """Should this fail, whoever rings next is heard, and a sweep needn't doubt."""
    try:
        yield
    except BaseException:
        if not helps:
            ring.answered(name, connection_id)
        raise


def _more_comes(name: str, waits: Callable[[], bool], kwargs: dict[str, Any]) -> bool:
    """Whether something came in meanwhile, or does in a moment in which nobody else waits.

    Most of what follows another soon is so spared the way of a signal, and a batch is larger.
    """
    for _ in range(_LOOKS):
        if waits():
            return True
        if ring.somebody_waits(name, kwargs):
            return False
        time.sleep(_PAUSE_S)
    return False
