"""A process's connections to the database: given out soon or not at all."""

from typing import Any

from sqlalchemy import PoolProxiedConnection, QueuePool
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from config import clock
from models import deadline

# Connections of a process at most: half of them are kept, the others as long as they are needed.
KEPT = BESIDE = 10
# So long one waits for a connection that others have: who gets none is told within a second.
SPARE_S = 0.8
# Who gives one back and takes it again so soon needn't ask whether it still answers: no server
# restarts that fast. Where people wait it is asked, for that is what soon finds a frozen server.
_WARM_S = 0.05


class PromptPool(QueuePool):
    """A ping is no search that may take long.

    Else whoever asks a frozen server first waits for the ping, then for a new connection. And where
    slow queries hold all of them, each who asks would hold a thread for as long as one may wait,
    and those who come for a thread would wait for all who came before.
    """

    # When a connection was last taken or given back.
    _moved_at = 0.0

    def connect(self) -> PoolProxiedConnection:
        """A connection that answers. Raises: sqlalchemy.exc.TimeoutError."""
        full = self.checkedout() >= KEPT + BESIDE
        if full and clock.monotonic() - self._moved_at > SPARE_S:
            raise PoolTimeoutError("None of the connections was given back for a while.")
        with deadline.within(deadline.TRIAL_S):
            found = super().connect()
        self._moved_at = clock.monotonic()
        return found

    def _do_get(self) -> ConnectionPoolEntry:
        record = super()._do_get()
        given_back_at = record.info.get(_GIVEN_BACK, float("-inf"))
        if clock.monotonic() - given_back_at < _WARM_S and not deadline.enforced():
            # As if it had just been opened: a ping is for others.
            record.fresh = True  # type: ignore[attr-defined]
        return record

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        self._moved_at = record.info[_GIVEN_BACK] = clock.monotonic()
        driver: Any = record.driver_connection
        # Whoever is stopped at the end of a glance may give it back as it was within.
        if driver is not None and not driver.closed and driver.autocommit:
            driver.autocommit = False
        super()._do_return_conn(record)


_GIVEN_BACK = "given back"
