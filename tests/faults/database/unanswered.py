"""Commits that are done while whoever asked for them is cut off before hearing so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from tests.faults.at_work import AtWork

# A commit that is on disk and waits for a standby that never answers; what it wrote to is still
# locked. Others see nothing of it until it ends.
_WAITING = """
SELECT a.pid, array_agg(DISTINCT c.relname::text) FROM pg_stat_activity a
JOIN pg_locks l ON l.pid = a.pid AND l.mode = 'RowExclusiveLock'
JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r'
WHERE a.wait_event = 'SyncRep' AND a.datname = current_database() GROUP BY a.pid
"""
Run = Callable[..., list[tuple[Any, ...]]]


class Cut:
    """Cuts the first commit that wrote to all tables of `wrote` and none of `spared`."""

    def __init__(self, wrote: set[str], spared: set[str]) -> None:
        self.wrote, self.spared = wrote, spared
        self.done = Event()
        self.over = Event()

    def watch(self, run: Run) -> None:
        """Look until it is over; every other commit is let go at once, and heard."""
        while not self.over.is_set():
            for pid, tables in run(_WAITING):
                if not self.done.is_set() and self._is_wanted(set(tables)):
                    # The commit stays; its client only learns that the connection is gone.
                    run("SELECT pg_terminate_backend(%s)", pid)
                    self.done.set()
                else:
                    run("SELECT pg_cancel_backend(%s)", pid)
            self.over.wait(0.01)

    def _is_wanted(self, tables: set[str]) -> bool:
        return tables >= self.wrote and not tables & self.spared


@contextmanager
def unanswered(work: AtWork, wrote: set[str], spared: set[str]) -> Iterator[Event]:
    """Inside, one commit as described takes effect without an answer; the event tells when."""
    cut = Cut(wrote, spared)
    with work.installation.statements() as run:
        watching = Thread(target=cut.watch, args=(run,))
        work.alter("synchronous_standby_names = 'nobody'")
        watching.start()
        try:
            yield cut.done
        finally:
            work.alter("synchronous_standby_names")
            cut.over.set()
            watching.join()
