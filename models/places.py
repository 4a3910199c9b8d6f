"""What the lists of things at locations share: where, and the names of where."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from models.connection import Connection
from models.location import Location
from models.menu import MenuItem


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """Where: at a connection, by its name, or at one location, by our id."""

    connection: str | None = None
    location_id: int | None = None


EVERYWHERE = PlaceFilter()


def at_places(
    organization_id: int, table: Any, columns: tuple[Any, ...], wanted: PlaceFilter
) -> Select[Any]:
    """Rows of `table` with the names of their location and connection."""
    query = (
        select(
            *columns,
            Location.name.label("location"),
            Location.time_zone,
            Location.currency,
            Connection.name.label("connection"),
            Connection.platform,
        )
        .select_from(table)
        .join(Location, Location.id == table.location_id)
        .join(Connection, Connection.id == Location.connection_id)
        .where(table.organization_id == organization_id)
    )
    if wanted.connection is not None:
        query = query.where(Connection.name == wanted.connection)
    if wanted.location_id is not None:
        query = query.where(table.location_id == wanted.location_id)
    return query


def its_item(table: Any) -> ColumnElement[bool]:
    """That a row of the menu is what a row of `table` is about."""
    return and_(
        MenuItem.location_id == table.location_id,
        MenuItem.external_id == table.item_external_id,
    )
