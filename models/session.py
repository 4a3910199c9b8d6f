"""The way to the database, and the only commit there is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from config.errors import TransientError
from config.logging import logger
from config.settings import settings
from models.prompt_pool import BESIDE, KEPT, SPARE_S, PromptPool

log = logger(__name__)

# The codes of what this raises.
AWAY, BUSY = "database.away", "database.busy"
FULL, READ_ONLY = "database.full", "database.read_only"
# A serialization failure, a deadlock, a lock and a statement that took too long
# (PostgreSQL 15 manual, appendix A; read 2026-11-22).
_HELD = "55P03"
_OTHERS_IN_THE_WAY = {"40001", "40P01", _HELD, "57014"}
# What it answers while it takes no changes: its disk is full, or it was told to only read.
_NO_ROOM, _ONLY_READS = "53100", "25006"
# libpq says so of this process, in one of four ways (fe-misc.c, fe-exec.c; read 2026-11-30).
_NO_MEMORY = ("out of memory", "cannot allocate memory")


class DatabaseAwayError(TransientError):
    """The database can't be reached or has no connection to spare."""


class DatabaseBusyError(DatabaseAwayError):
    """The database answers, but others' work was in the way: a lock, a deadlock, a time limit."""


# The server keeps the plan of a key's check. By default one made while a table is small reads it
# whole, and so does the import that follows, for each row, until rows are counted anew. So looking
# up one row by an index costs less than reading a single page through: disks have no arms any more.
_BY_INDEX = "-c random_page_cost=1.1 -c seq_page_cost=4"


@cache
def engine() -> Engine:
    """This process's pool; a fork starts with one of its own."""
    return _engine(
        # A lock that is held is retried by the caller; a statement that hangs frees its row.
        # What a frozen process holds is given to others; whatever it does then is undone.
        "-c lock_timeout=10000 -c statement_timeout=60000"
        " -c idle_in_transaction_session_timeout=120000",
        poolclass=PromptPool,
        # A restart of the server must not fail the first query of each pooled connection.
        pool_pre_ping=True,
        pool_size=KEPT,
        max_overflow=BESIDE,
        pool_timeout=SPARE_S,
        # The one that was given back last: its server process has at hand what is asked of it.
        pool_use_lifo=True,
    )


def _engine(options: str, **pool: Any) -> Engine:
    return create_engine(
        settings().database(),
        # Statements in errors and logs, never what customers and platforms sent.
        hide_parameters=True,
        connect_args=_connect_args(options),
        **pool,
    )


def _connect_args(options: str) -> dict[str, Any]:
    return {
        "connect_timeout": 2,
        "application_name": "taxpoynt",
        # Bulk writing sends bytes, whatever the database itself is set to.
        "client_encoding": "utf8",
        # Whatever the server is set to: between quotes a backslash means itself.
        "options": f"-c timezone=UTC -c standard_conforming_strings=on {_BY_INDEX} {options}",
        "keepalives_idle": 30,
    }


def forget() -> None:
    """Drop the pool without closing its sockets: they belong to the parent of a fork."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
        engine.cache_clear()


# Two processes on one socket read each other's answers.
os.register_at_fork(after_in_child=forget)


@contextmanager
def unit_of_work(*, awaited: bool = True, lock_wait_s: float | None = None) -> Iterator[Session]:
    """One transaction: commits when the body ends, rolls back when it raises.

    A row that somebody holds is waited for 10 s, or for `lock_wait_s`. Not `awaited`, the commit
    returns before the disk has it: for work that is nobody's word yet and is done again from what
    is stored, should the server fail within that moment. It is lost as a whole or not at all, and
    together with all that came after it.

    Raises: DatabaseAwayError when the database can't be reached, DatabaseBusyError when others'
    work is in the way, MemoryError when this process can't hold what it asked for.
    """
    with Session(engine(), expire_on_commit=False) as session:
        try:
            if told := _for_this(awaited=awaited, lock_wait_s=lock_wait_s):
                session.connection().exec_driver_sql(told)
            yield session
            session.commit()
        except PoolTimeoutError as error:
            session.rollback()
            raise _given_up(error) from error
        except DBAPIError as error:
            if _code(error) == _ONLY_READS:
                # As these connections were told when they were opened; new ones may be told
                # otherwise.
                session.invalidate()
                engine().dispose()
            session.rollback()
            raise _told(error) from error
        except StatementError as error:
            _undo(session)
            # It came up in SQLAlchemy, which wraps it.
            if isinstance(error.orig, MemoryError):
                raise MemoryError(str(error.orig)) from error  # noqa: TRY004 - it is what it wraps
            raise
        except BaseException:
            _undo(session)
            raise


def _undo(session: Session) -> None:
    """What the server ended meanwhile can't be rolled back, and needn't."""
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()


@contextmanager
def glance() -> Iterator[Connection]:
    """A look from outside of any transaction: each statement is one by itself.

    Raises: as `unit_of_work`.
    """
    try:
        with engine().connect() as connection, _by_itself(connection):
            yield connection
    except PoolTimeoutError as error:
        raise _given_up(error) from error
    except DBAPIError as error:
        raise _told(error) from error


@contextmanager
def _by_itself(connection: Connection) -> Iterator[None]:
    """Told to the driver alone: SQLAlchemy's AUTOCOMMIT tells the server, too, three times over."""
    driver: Any = connection.connection.driver_connection
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False


def _for_this(*, awaited: bool, lock_wait_s: float | None) -> str:
    """What to set for one transaction, in one exchange with the server."""
    told = [] if awaited else ["SET LOCAL synchronous_commit = off"]
    if lock_wait_s is not None:
        told.append(f"SET LOCAL lock_timeout = {round(lock_wait_s * 1000)}")
    return "; ".join(told)


def driver_arguments(options: str) -> dict[str, Any]:
    """What the driver needs to connect as the pool does; `options` are the server's."""
    _, arguments = engine().dialect.create_connect_args(engine().url)
    return {**arguments, **_connect_args(options)}


def driver_fault(error: psycopg2.Error) -> Exception:
    """What to raise for an error of a connection that isn't the pool's."""
    passes = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    return _given_up(error) if passes or error.pgcode == _ONLY_READS else error


def _told(error: DBAPIError) -> Exception:
    """What to raise for it: a fault where waiting mends it, else the error itself."""
    if _no_memory(error):
        return MemoryError(_reason(error))
    passes = isinstance(error, OperationalError) or error.connection_invalidated
    passes = passes or _code(error) == _ONLY_READS
    return _given_up(error) if passes else error


def _no_memory(error: DBAPIError) -> bool:
    """Whether it is this process that has no memory left, and not the server, which gives a code.

    The driver tells it as it tells of a server that is away; no waiting mends it.
    """
    said = _reason(error).lower()
    return not _code(error) and any(words in said for words in _NO_MEMORY)


def takes_changes(session: Session) -> bool:
    """Whether it can be written to. Asks nothing: the server tells its clients when that changes.

    That is so from PostgreSQL 14 on (manual, "Parameter Status Functions"; read 2026-11-28).
    """
    told: Any = session.connection().connection.driver_connection
    only_reads = ("default_transaction_read_only", "in_hot_standby")
    return all(told.info.parameter_status(name) != "on" for name in only_reads)


def waited_in_vain(error: Exception) -> bool:
    """Whether it is that somebody else held a row for longer than it was waited for."""
    return isinstance(error, DBAPIError) and _code(error) == _HELD


def _given_up(error: Exception) -> DatabaseAwayError:
    """The error to raise; what is behind it is only in the log."""
    cause = getattr(error, "orig", None) or error
    code = _code(error)
    if code in _OTHERS_IN_THE_WAY:
        fault: DatabaseAwayError = busy()
    else:
        fault = {_NO_ROOM: full, _ONLY_READS: read_only}.get(code, away)()
    kind = type(cause).__name__
    log.warning("database unit undone", code=fault.code, kind=kind, reason=_reason(error))
    return fault


def _reason(error: Exception) -> str:
    """Its first line says what happened; the others may quote rows."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def _code(error: Exception) -> str:
    return getattr(getattr(error, "orig", error), "pgcode", None) or ""


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


def full() -> DatabaseAwayError:
    """The error that says that its disk is full."""
    return DatabaseAwayError(
        FULL,
        "The database has no room left on its disk.",
        next_step="Free some space there: then all goes on by itself.",
        retry_after_s=5,
    )


def read_only() -> DatabaseAwayError:
    """The error that says that it was told to take no changes."""
    return DatabaseAwayError(
        READ_ONLY,
        "The database takes no changes just now: it only reads.",
        next_step="Set default_transaction_read_only to off there, or point TaxPoynt at the server"
        " that took over: then all goes on by itself.",
        retry_after_s=5,
    )
