"""Our workers without one of their safeguards: what the tests find must then go wrong.

`celery -A tests.faults.weakened:early worker` and so on; each is the whole application.
"""

from models import order_write
from tasks import app


def _acks_early() -> None:
    """A message is gone as soon as a child has it."""
    app.conf.update(task_acks_late=False, task_reject_on_worker_lost=False)


def _lets_older_win() -> None:
    """What comes last stands, whatever its version."""
    merge, guard, rest = (
        order_write._MERGE.partition("WHERE orders.version")[0],
        "WHERE orders.version",
        "RETURNING" + order_write._MERGE.partition("RETURNING")[2],
    )
    assert guard in order_write._MERGE
    order_write._MERGE = merge + rest


def __getattr__(name: str) -> object:
    """The application, weakened as its name says."""
    weaken = {"early": _acks_early, "unguarded": _lets_older_win}.get(name)
    if weaken is None:
        raise AttributeError(name)
    weaken()
    return app
