"""A connection that an event loop keeps, apart from the pool: there is always one for the door.

Each statement is a transaction, in one exchange with the server where a unit of work takes four,
and nothing waits for it but what awaits it. The driver's asynchronous connections do so (psycopg2
documentation, "Asynchronous support", read 2026-11-30).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2 import extensions
from sqlalchemy import Engine

from models import deadline
from models.session import driver_arguments, driver_fault, engine

# What is wrong with the values rather than with the server; the driver itself refuses some.
REFUSALS = (psycopg2.DataError, psycopg2.IntegrityError, ValueError)
# All that a statement may raise that is no fault of ours.
ERRORS = (psycopg2.Error, ValueError)
# As long as a webhook may take; what is given up here is given up by the server, too.
_LIMITS = "-c lock_timeout=1400 -c statement_timeout=1400"


class Line:
    """One connection, opened when it is needed. For statements that do no harm when run again."""

    def __init__(self) -> None:
        self._connection: Any = None
        # Where it leads to; settings may be read anew.
        self._of: Engine | None = None

    async def run(self, statement: str, values: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
        """Run a statement and commit; its rows. One at a time.

        Raises: DatabaseAwayError when the database can't be reached, and then the statement may
        have been committed all the same; DatabaseBusyError when others' work is in the way; one of
        `REFUSALS` for what it holds.
        """
        kept = self._connection is not None
        try:
            return await self._run(statement, values)
        except psycopg2.Error as error:
            # What was kept may be of a server that has restarted since.
            if not (kept and self._connection is None and _is_cut_off(error)):
                raise driver_fault(error) from error
        try:
            return await self._run(statement, values)
        except psycopg2.Error as error:
            raise driver_fault(error) from error

    async def _run(self, statement: str, values: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
        if self._of is not engine():
            self._drop()
            self._of = engine()
        if self._connection is None:
            # In a thread: looking up the server's name waits.
            self._connection = await asyncio.to_thread(_connected)
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values)
                await _answered(self._connection)
                rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
                return rows
        except REFUSALS:
            raise
        except BaseException:
            # Given up in the middle of it, or of a server that is read-only for good, say.
            self._drop()
            raise

    def _drop(self) -> None:
        lost, self._connection = self._connection, None
        if lost is not None:
            lost.close()


def _connected() -> Any:
    connection = psycopg2.connect(**driver_arguments(_LIMITS), async_=True)
    deadline.connect(connection)
    return connection


async def _answered(connection: Any) -> None:
    """Wait until the statement is done. Raises: psycopg2.Error as the server says."""
    loop = asyncio.get_running_loop()
    while (state := connection.poll()) != extensions.POLL_OK:
        reads = state == extensions.POLL_READ
        watch = loop.add_reader if reads else loop.add_writer
        ignore = loop.remove_reader if reads else loop.remove_writer
        ready = loop.create_future()
        watch(connection.fileno(), _mark, ready)
        try:
            await ready
        finally:
            ignore(connection.fileno())


def _mark(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def _is_cut_off(error: Any) -> bool:
    """Whether the connection is gone rather than the statement refused."""
    # A server that ends says so before it closes (PostgreSQL 15 manual, appendix A, class 57P;
    # read 2026-11-30).
    return error.pgcode is None or error.pgcode.startswith("57P")
