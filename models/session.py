"""The way to the database, and the only commit there is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, PoolProxiedConnection, QueuePool, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from config.errors import TransientError
from config.logging import logger
from config.settings import settings
from models import deadline

log = logger(__name__)

# The codes of what this raises.
AWAY, BUSY = "database.away", "database.busy"
# A serialization failure, a deadlock, a lock and a statement that took too long
# (PostgreSQL 15 manual, appendix A; read 2026-11-22).
_OTHERS_IN_THE_WAY = {"40001", "40P01", "55P03", "57014"}


class DatabaseAwayError(TransientError):
    """The database can't be reached or has no connection to spare."""


class DatabaseBusyError(DatabaseAwayError):
    """The database answers, but others' work was in the way: a lock, a deadlock, a time limit."""


class _PromptPool(QueuePool):
    """Gives out a connection soon or not at all: a ping is no search that may take long.

    Else whoever asks a frozen server first waits for the ping, then for a new connection.
    """

    def connect(self) -> PoolProxiedConnection:
        """A connection that answered just now."""
        with deadline.within(deadline.TRIAL_S):
            return super().connect()


@cache
def engine() -> Engine:
    """This process's pool; a fork starts with one of its own."""
    return create_engine(
        settings().database(),
        poolclass=_PromptPool,
        # Statements in errors and logs, never what customers and platforms sent.
        hide_parameters=True,
        # A restart of the server must not fail the first query of each pooled connection.
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        # Waiting longer helps nobody: a platform gives its webhook two seconds in all.
        pool_timeout=1,
        connect_args={
            "connect_timeout": 2,
            "application_name": "taxpoynt",
            # Bulk writing sends bytes, whatever the database itself is set to.
            "client_encoding": "utf8",
            # A lock that is held is retried by the caller; a statement that hangs frees its row.
            "options": "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=60000",
            "keepalives_idle": 30,
        },
    )


def forget() -> None:
    """Drop the pool without closing its sockets: they belong to the parent of a fork."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
        engine.cache_clear()


# Two processes on one socket read each other's answers.
os.register_at_fork(after_in_child=forget)


@contextmanager
def unit_of_work(*, awaited: bool = True) -> Iterator[Session]:
    """One transaction: commits when the body ends, rolls back when it raises.

    Not `awaited`, the commit returns before the disk has it: for work that is nobody's word yet
    and is done again from what is stored, should the server fail within that moment. It is lost
    as a whole or not at all, and together with all that came after it.

    Raises: DatabaseAwayError when the database can't be reached, DatabaseBusyError when others'
    work is in the way.
    """
    with Session(engine(), expire_on_commit=False) as session:
        try:
            if not awaited:
                session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield session
            session.commit()
        except (OperationalError, PoolTimeoutError) as error:
            session.rollback()
            raise _given_up(error) from error
        except DBAPIError as error:
            session.rollback()
            if error.connection_invalidated:
                raise _given_up(error) from error
            raise


def _given_up(error: DBAPIError | PoolTimeoutError) -> DatabaseAwayError:
    """The error to raise; what is behind it is only in the log."""
    cause = getattr(error, "orig", None) or error
    fault = busy() if getattr(cause, "pgcode", None) in _OTHERS_IN_THE_WAY else away()
    # The first line says what happened; the others may quote rows.
    reason = str(cause).partition("\n")[0]
    log.warning("database unit undone", code=fault.code, kind=type(cause).__name__, reason=reason)
    return fault


def away() -> DatabaseAwayError:
    """The error that says so."""
    return DatabaseAwayError(
        AWAY,
        "The database can't be reached just now.",
        next_step="It is tried again by itself; 'taxpoynt doctor' says more.",
        retry_after_s=5,
    )


def busy() -> DatabaseBusyError:
    """The error of one whose work the database undid in favour of others', or took too long for."""
    return DatabaseBusyError(
        BUSY,
        "The database is busy with what others do.",
        next_step="It is tried again by itself; 'taxpoynt doctor' says more.",
        retry_after_s=5,
    )
