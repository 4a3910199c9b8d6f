"""Set-based writing: COPY, and the staging tables that a merge reads from.

Measured on the order table, COPY into a staging table and one merge beat SQLAlchemy's executemany
four times and ORM merge ten times; `docs/performance.md` has the figures.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.storable import ERRORS, REPLACEMENT


def copy(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append `rows` to `table` by COPY; returns how many. Values follow `columns`."""
    lines = ["\t".join(map(_field, row)) for row in rows]
    if not lines:
        return 0
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    stream = io.BytesIO(("\n".join(lines) + "\n").encode("utf-8", ERRORS))
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor:
            cursor.copy_expert(statement, stream)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_of_a_statement(connection, statement, error) from error
    return len(lines)


def stage(
    session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> str:
    """Put `rows` into this connection's staging copy of `table`; returns the staging name.

    The staging table lives as long as the pooled connection and empties at each commit, so that
    the catalogue isn't churned.
    """
    staging = f"staged_{table.name}"
    names = ", ".join(columns)
    session.execute(
        text(
            f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS "
            f"AS SELECT {names} FROM {table.name} WITH NO DATA"
        )
    )
    session.execute(text(f"DELETE FROM {staging}"))
    copy(session, staging, columns, rows)
    return staging


def reserve_ids(session: Session, table: str, count: int) -> list[int]:
    """`count` identities of `table`, so that parts can name their parent before it is stored."""
    return list(
        session.scalars(
            text(
                "SELECT nextval(pg_get_serial_sequence(:name, 'id')) "
                "FROM generate_series(1, :count)"
            ),
            {"name": table, "count": count},
        )
    )


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


def _field(value: Any) -> str:
    known = _FORMATS.get(type(value))
    return known(value) if known else _text(str(value))


def _text(value: str) -> str:
    # One translate would say it all, but takes a millisecond once a record holds an accent.
    return (
        value.replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
        .replace("\x00", REPLACEMENT)
    )


# An order has two hundred fields: one look-up for each instead of a chain of questions.
_FORMATS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    datetime: datetime.isoformat,
}
