"""What filters offer: a merchant's connections and locations."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location


@dataclass(frozen=True)
class Choices:
    """Names to choose from; `locations` pairs our id with the name."""

    connections: Sequence[str]
    locations: Sequence[tuple[int, str]] = ()


def connections_of(database: Session, organization_id: int) -> Choices:
    """The merchant's connections by name."""
    query = (
        select(Connection.name)
        .where(Connection.organization_id == organization_id)
        .order_by(Connection.name)
    )
    return Choices(list(database.scalars(query)))


def places_of(database: Session, organization_id: int) -> Choices:
    """The merchant's connections and locations by name."""
    query = (
        select(Location.id, Location.name)
        .where(Location.organization_id == organization_id)
        .order_by(Location.name)
        .limit(1000)
    )
    found = [(row.id, row.name) for row in database.execute(query)]
    return Choices(connections_of(database, organization_id).connections, found)
