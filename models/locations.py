"""Locations as what comes in from a platform names them."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.storable import storable


def locations_of(
    session: Session, connection: Connection, names: Collection[str]
) -> dict[str, Location]:
    """Those of a connection's locations that are named, by the platform's id."""
    # A chain has a thousand, and a batch is of a few.
    rows = session.scalars(
        select(Location).where(
            Location.connection_id == connection.id,
            Location.external_id == any_(literal([storable(n) for n in names], ARRAY(Text))),
        )
    )
    return {row.external_id: row for row in rows}
