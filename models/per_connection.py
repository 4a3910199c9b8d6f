"""Newest rows of a merchant, read connection by connection.

Deliveries and runs are indexed by connection, not by organization: the newest of each connection
come from the end of its index, and the few are merged.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.paging import MOST, Listed, Sort, Span, cut, end_of, place


def newest(
    session: Session,
    organization_id: int,
    columns: Sequence[ColumnElement[Any]],
    conditions: Sequence[ColumnElement[bool]],
    span: Span,
    *,
    connection: str | None = None,
) -> Listed:
    """A page of rows, newest first. `columns` are one table's, `id` and `connection_id` included.

    Raises: CursorError.
    """
    table = {str(getattr(c, "key", "")): c for c in columns}
    order = Sort("-id", (table["id"],))
    limit = max(1, min(span.limit, MOST))
    at, key = table["connection_id"], table["id"]
    seen = None if span.after is None else place(order, span.after)[0]
    inner = select(*columns).where(end_of(at, key, Connection.id, seen), *conditions)
    found = inner.order_by(at.desc(), key.desc()).limit(limit + 1).lateral("found")
    query = (
        select(*found.c, Connection.name.label("connection"), Connection.platform)
        .join(found, true())
        .where(Connection.organization_id == organization_id)
        .order_by(found.c.id.desc())
        .limit(limit + 1)
    )
    if connection is not None:
        query = query.where(Connection.name == connection)
    return cut(session.execute(query).mappings().all(), order, limit)


def location_of(table: Any) -> Any:
    """A column `location`, the name of a row's location; null where it is unknown or not named.

    `table` has `connection_id` and `location_external_id`.
    """
    return (
        select(Location.name)
        .where(
            Location.connection_id == table.connection_id,
            Location.external_id == table.location_external_id,
        )
        .correlate(table)
        .scalar_subquery()
        .label("location")
    )
