"""Set-based writing: COPY, and the staging tables that a merge reads from.

Measured on the order table, COPY into a staging table and one merge beat SQLAlchemy's executemany
four times and ORM merge ten times; `docs/performance.md` has the figures.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import copy_text

# What the driver takes at once: each piece costs a turn among this process's threads.
_PIECE = 1 << 18
# Up to so many rows one exchange with the server costs less than two for each table.
_FEW = 200


@dataclass(frozen=True, slots=True)
class Rows:
    """Filled rows of a table; the last column's values may be apart, as `copy_filled` has them."""

    table: str
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    tails: Sequence[bytes] | None = None


def append(session: Session, parts: Iterable[Rows]) -> None:
    """Append to tables, one after the other: a few rows in one exchange, many by COPY."""
    filled = [part for part in parts if part.rows]
    if sum(len(part.rows) for part in filled) > _FEW:
        for part in filled:
            copy_filled(session, part.table, part.columns, part.rows, part.tails)
        return
    if filled:
        _execute(session, ";".join(map(_insert, filled)))


def _insert(part: Rows) -> str:
    values = copy_text.values(part.rows, part.tails)
    return f"INSERT INTO {part.table} ({', '.join(part.columns)}) VALUES {values}"


def _execute(session: Session, statement: str) -> None:
    """Run ready text as it is: SQLAlchemy and the driver would look for parameters in it."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor:
            cursor.execute(statement)
    except connection.dialect.loaded_dbapi.Error as error:
        # The text holds what customers sent.
        raise _as_of_a_statement(connection, "INSERT of a batch", error) from error


def copy(
    session: Session,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    tails: Sequence[bytes] | None = None,
) -> int:
    """Append `rows` to `table` by COPY; returns how many. Values follow `columns`.

    The last column's may be given apart as `tails`, text in UTF-8 as it came.
    """
    return copy_filled(session, table, columns, [copy_text.filled(row) for row in rows], tails)


def copy_filled(
    session: Session,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    tails: Sequence[bytes] | None = None,
) -> int:
    """The same of rows that hold `copy_text.NULL` and no None."""
    if not rows:
        return 0
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH {copy_text.OPTIONS}"
    stream = io.BytesIO(copy_text.encode(rows, tails))
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor:
            cursor.copy_expert(statement, stream, _PIECE)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_of_a_statement(connection, statement, error) from error
    return len(rows)


def stage(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    tails: Sequence[bytes] | None = None,
) -> str:
    """Put filled `rows` into this connection's staging copy of `table`; returns its name.

    The staging table lives as long as the pooled connection and empties at each commit, so that
    the catalogue isn't churned.
    """
    staging = f"staged_{table.name}"
    names = ", ".join(columns)
    session.connection().exec_driver_sql(
        f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS "
        f"AS SELECT {names} FROM {table.name} WITH NO DATA; DELETE FROM {staging}"
    )
    copy_filled(session, staging, columns, rows, tails)
    return staging


_NEXT = """
SELECT nextval(pg_get_serial_sequence(%(table)s, 'id')) FROM generate_series(1, %(count)s)
"""


def reserve_ids(session: Session, table: str, count: int) -> list[int]:
    """`count` identities of `table`, so that parts can name their parent before it is stored."""
    found = session.connection().exec_driver_sql(_NEXT, {"table": table, "count": count})
    return list(found.scalars())


def _as_of_a_statement(connection: Connection, statement: str, error: Any) -> Exception:
    """The error as SQLAlchemy tells it of its own statements, so that callers know one kind."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    kind = dialect.loaded_dbapi.Error
    told: Exception = DBAPIError.instance(
        statement, None, error, kind, connection_invalidated=lost, dialect=dialect
    )
    return told
