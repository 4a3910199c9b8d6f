"""Every point at which work on the database can be cut off: before each statement, around commit.

The points are found as the work runs: a new statement is one of them by itself, COPY included.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import extensions  # type: ignore[import-untyped]
from sqlalchemy import event

from models import session as database_session

Watcher = Callable[[Any, str], None]
"""Called with the driver's connection and what it is about to do."""

BEFORE_COMMIT, AFTER_COMMIT = "before COMMIT", "after COMMIT"
# Asked by the pool whenever it hands a connection out; no work of ours.
_PINGS = {"SELECT 1", ";"}

_watcher: Watcher | None = None


class Crash(BaseException):
    """This process ends here, without a word to anybody."""


def _tell(connection: Any, what: str) -> None:
    if _watcher is not None and what not in _PINGS:
        _watcher(connection, what)


class _Cursor(extensions.cursor):  # type: ignore[misc]
    def execute(self, query: Any, given: Any = None) -> None:
        _tell(self.connection, _text(query))
        super().execute(query, given)

    def executemany(self, query: Any, given: Any) -> None:
        _tell(self.connection, _text(query))
        super().executemany(query, given)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        _tell(self.connection, _text(sql))
        super().copy_expert(sql, file, size)


class _Connection(extensions.connection):  # type: ignore[misc]
    def commit(self) -> None:
        _tell(self, BEFORE_COMMIT)
        super().commit()
        _tell(self, AFTER_COMMIT)


def _text(query: Any) -> str:
    return query.decode() if isinstance(query, bytes) else str(query)


def watch_engine() -> None:
    """From now on each connection of this process's pool tells its points."""
    engine = database_session.engine()
    engine.dispose()

    def connect(_dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> None:
        named |= {"connection_factory": _Connection, "cursor_factory": _Cursor}

    event.listen(engine, "do_connect", connect)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Inside, `watcher` is told of each point; what it raises cuts the work off there."""
    global _watcher
    before, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = before


def counted(work: Callable[[], Any]) -> list[str]:
    """The points of `work`, in their order."""
    seen: list[str] = []
    with watching(lambda _, what: seen.append(what)):
        work()
    return seen


@contextmanager
def crashing(at: int | None) -> Iterator[list[str]]:
    """Inside, the process ends at the point of that number, from 0; with None it goes on.

    Yields what it ended at, if it did. The server undoes what isn't committed at once, as it does
    when a process dies, so that no later step meets locks of a connection that is going away.
    """
    left = [at]
    cut: list[str] = []

    def strike(connection: Any, what: str) -> None:
        if cut:
            # Whatever would be tidied up on the way out isn't.
            raise Crash(what)
        if left[0] == 0:
            cut.append(what)
            connection.rollback()
            raise Crash(what)
        left[0] = None if left[0] is None else left[0] - 1

    try:
        with watching(strike):
            yield cut
    except Crash:
        assert cut
