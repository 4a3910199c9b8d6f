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
    ends = select(key).where(end_of(at, key, Connection.id, seen), *conditions)
    end = ends.order_by(at.desc(), key.desc()).limit(limit + 1).lateral()
    # Ids alone come from the index, and what a row tells beside is read only for those of the page.
    found = (
        select(end.c.id, Connection.name.label("connection"), Connection.platform)
        .join(end, true())
        .where(Connection.organization_id == organization_id)
        .order_by(end.c.id.desc())
        .limit(limit + 1)
    )
    if connection is not None:
        found = found.where(Connection.name == connection)
    page = found.subquery()
    query = select(*columns, page.c.connection, page.c.platform).join(page, page.c.id == key)
    rows = session.execute(query.order_by(key.desc())).mappings().all()
    return cut(rows, order, limit)


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
