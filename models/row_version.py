"""A version that PostgreSQL keeps of every row anyway: the transaction that last wrote it."""

from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal_column

from models.base import Base


def version_of(table: type[Base]) -> ColumnElement[Any]:
    """A column `version`; it differs after each write, even of what stood there before."""
    return cast(literal_column(f"{table.__tablename__}.xmin"), Text).label("version")
