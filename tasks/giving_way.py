"""History gives way to live sales: while deliveries wait it rests as long as it worked.

Both want the same processors and the same database. What was sold long ago can wait; never longer
than it would take anyway, so that a flood of deliveries doesn't stop it.
"""

import time

from sqlalchemy.exc import SQLAlchemyError

from config import clock
from models import inbox_standing
from models.session import DatabaseAwayError, glance

# A delivery that comes alone is applied in less.
_PAUSE_S = 0.01


def after(worked_s: float) -> None:
    """Wait until no delivery waits, or for `worked_s`."""
    until = clock.monotonic() + worked_s
    while clock.monotonic() < until and _somebody_waits():
        time.sleep(_PAUSE_S)


def _somebody_waits() -> bool:
    try:
        with glance() as db:
            return inbox_standing.anybody_waits(db)
    except (DatabaseAwayError, SQLAlchemyError):
        # Whoever works on finds that out, and says so.
        return False
