"""Stores a reader's page while it fetches and reads the next one.

A thread of its own waits for the database; what is read takes this process's own time. Pages are
stored one after the other, each with its cursor in one transaction, and none after one that failed.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, Generic, Protocol

from config import clock
from connectors.base.contract import Page
from tasks import collecting
from tasks.pull import Counts, Held, Pull, Stored

# The thread has something to say for a moment some twenty times a page. By default whoever reads
# would be asked to make room only after 5 ms, each time.
_TURN_S = 0.0005


class Put(Protocol):
    """Hands a page over, with what changes on the reader's row besides its cursor."""

    def __call__(self, page: Page, **changes: Any) -> None:
        """Read the page's records, wait until the page before is stored, have this one stored.

        Raises: what storing the page before raised; then this one isn't stored.
        """


@contextmanager
def storing(
    pull: Pull[Held],
    report: Callable[[Counts], None],
    rest: Callable[[float], None] = lambda _: None,
) -> Iterator[Put]:
    """Inside, pages that are put are stored; `report` is called after each.

    So is `rest`, with the seconds that storing it took: no other is stored until it returns.
    However the body ends, nothing is being stored any more when this returns.
    """
    books = _Books(pull, report, rest)
    turn_s = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        with collecting.seldom():
            yield books.put
            books.settle()
    finally:
        sys.setswitchinterval(turn_s)
        books.close()


class _Books(Generic[Held]):
    def __init__(
        self, pull: Pull[Held], report: Callable[[Counts], None], rest: Callable[[float], None]
    ) -> None:
        self._pull: Pull[Held] = pull
        self._report = report
        self._rest = rest
        self._thread = ThreadPoolExecutor(1, "books")
        self._pending: Future[Stored] | None = None

    def put(self, page: Page, **changes: Any) -> None:
        understood = self._pull.understand(page)
        self.settle()

        def store() -> Stored:
            began = clock.monotonic()
            stored = self._pull.store(page, understood, **changes)
            self._rest(clock.monotonic() - began)
            return stored

        self._pending = self._thread.submit(copy_context().run, store)

    def settle(self) -> None:
        """Wait for the page that is being stored. Raises: what storing it raised."""
        if self._pending is not None:
            stored = self._pending.result()
            self._pending = None
            self._pull.told(stored)
            self._report(self._pull.counts)

    def close(self) -> None:
        """End the thread; a page that it stores meanwhile counts, whatever stopped the reading."""
        self._thread.shutdown()
        if self._pending is not None:
            with suppress(Exception):
                self._pull.told(self._pending.result())
        self._pull.signal()
