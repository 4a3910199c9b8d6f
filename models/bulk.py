"""Set-based writing: COPY, and the staging tables that a merge reads from.

Measured on the order table, COPY into a staging table and one merge beat SQLAlchemy's executemany
four times and ORM merge ten times; `docs/performance.md` has the figures.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

# PostgreSQL's text holds no NUL; U+FFFD is what Unicode has for what can't be shown.
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": "\ufffd"})


def copy(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append `rows` to `table` by COPY; returns how many. Values follow `columns`."""
    lines = ["\t".join(map(_field, row)) for row in rows]
    if not lines:
        return 0
    stream = io.StringIO("\n".join(lines) + "\n")
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", stream)
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


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
