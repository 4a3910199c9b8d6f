"""History gives way to live sales: after a page it rests while deliveries wait for the processor.

Both want the same processors and the same database, and what was sold long ago can wait. It never
stops: a flood of deliveries slows it to a quarter at most.
"""

import time

from config.logging import logger
from models import inbox_standing
from models.session import glance
from tasks import ring

log = logger(__name__)

# Of the time that storing a page took: with equal parts a delivery takes half as long again.
_PARTS = 3
# A page that was held up by a lock is no reason to rest for long.
_LONGEST_S = 1.0


def after(worked_s: float) -> None:
    """Rest from work that took so long, where a delivery waits for a worker."""
    if not ring.works_inline() and _somebody_waits():
        time.sleep(min(_PARTS * worked_s, _LONGEST_S))


def _somebody_waits() -> bool:
    try:
        with glance() as db:
            return inbox_standing.anybody_waits(db)
    except Exception as error:  # noqa: BLE001 - the page is stored; whoever works on finds out, and says so
        log.debug("inbox not looked at", error=type(error).__name__)
        return False
