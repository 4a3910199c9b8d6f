"""Lists the small nouns: locations and customers."""

from typing import Any

from sqlalchemy import RowMapping, Select, and_, case, func, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.cursor import StreamCursor
from models.customer import Customer
from models.location import Location
from models.paging import FIRST, Listed, Sort, Span, page
from models.per_connection import newest

_LOCATIONS = Sort("name", (Location.name, Location.id), descending=False)
# More than these nobody chooses from.
_MOST_NAMES = 1000


def locations(
    session: Session,
    organization_id: int,
    *,
    connection: str | None = None,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's locations, by name. Raises: CursorError."""
    query = _described(organization_id)
    if connection is not None:
        query = query.where(Connection.name == connection)
    return page(session, query, _LOCATIONS, span)


def location(session: Session, organization_id: int, location_id: int) -> RowMapping | None:
    """One of a merchant's locations, as the list shows it."""
    query = _described(organization_id).where(Location.id == location_id)
    return session.execute(query).mappings().first()


def _described(organization_id: int) -> Select[Any]:
    """Locations with their connection, and until when their sales were read."""
    ours = select(Connection.id).where(Connection.organization_id == organization_id)
    all_begun = func.bool_and(StreamCursor.watermark.is_not(None))
    read = (
        select(
            StreamCursor.connection_id,
            StreamCursor.location_external_id,
            case((all_begun, func.min(StreamCursor.watermark))).label("read_until"),
        )
        .where(StreamCursor.connection_id.in_(ours), StreamCursor.sales)
        .group_by(StreamCursor.connection_id, StreamCursor.location_external_id)
        .subquery()
    )
    here = and_(
        read.c.connection_id == Location.connection_id,
        read.c.location_external_id == Location.external_id,
    )
    return (
        select(
            *inspect(Location).columns,
            Connection.name.label("connection"),
            Connection.platform,
            read.c.read_until,
        )
        .join(Connection, Connection.id == Location.connection_id)
        .outerjoin(read, here)
        .where(Location.organization_id == organization_id)
    )


def customers(
    session: Session,
    organization_id: int,
    *,
    connection: str | None = None,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's customers, newest first. Raises: CursorError."""
    columns = tuple(inspect(Customer).columns)
    return newest(session, organization_id, columns, (), span, connection=connection)


def names(session: Session, organization_id: int) -> list[tuple[int, str]]:
    """A merchant's locations, by name: our id and the name of each."""
    query = (
        select(Location.id, Location.name)
        .where(Location.organization_id == organization_id)
        .order_by(Location.name)
        .limit(_MOST_NAMES)
    )
    return [(row.id, row.name) for row in session.execute(query)]


def of_connection(session: Session, connection_id: int) -> list[Location]:
    """A connection's locations that are still there, by name."""
    query = (
        select(Location)
        .where(Location.connection_id == connection_id, ~Location.archived)
        .order_by(Location.name, Location.id)
    )
    return list(session.scalars(query))
