"""Sees that orders which came in have their invoices before a command says so."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cli.pulling import workers
from cli.pulling.patience import POLL_S, watched
from models import order_standing
from models.session import unit_of_work
from tasks import invoice

_BATCH = 200


@dataclass(frozen=True)
class Invoicing:
    """The invoices that a connection's orders owe; `saw` gets what changes as they are issued."""

    connection_id: int
    saw: Callable[[object], None]

    def settle(self) -> None:
        """Until no order that is here now owes an invoice."""
        with unit_of_work() as session:
            newest = order_standing.newest_order(session, self.connection_id)
        if not self._owed(newest):
            return
        if workers.take("invoice.orders"):
            self._by_workers(newest)
        with workers.here():
            while owed := self._owed(newest):
                self._count(newest)
                invoice.these(owed)
                if self._owed(newest)[:1] == owed[:1]:
                    # Another process is at it.
                    time.sleep(POLL_S)

    def _by_workers(self, newest: int) -> None:
        for _, stuck in watched(partial(self._count, newest)):
            if stuck:
                return

    def _owed(self, newest: int) -> list[int]:
        with unit_of_work() as session:
            return order_standing.due(session, self.connection_id, newest, _BATCH)

    def _count(self, newest: int) -> int:
        with unit_of_work() as session:
            count = order_standing.count_due(session, self.connection_id, newest)
        self.saw(count)
        return count
