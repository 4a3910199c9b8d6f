"""Locations as what comes in from a platform names them."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.storable import storable

# A chain has a thousand, and a batch is of a few.
_NAMED = select(Location).where(
    Location.connection_id == bindparam("connection_id"),
    Location.external_id == any_(bindparam("names", type_=ARRAY(Text))),
)


def locations_of(
    session: Session, connection: Connection, names: Collection[str]
) -> dict[str, Location]:
    """Those of a connection's locations that are named, by the platform's id."""
    asked = {"connection_id": connection.id, "names": [storable(name) for name in names]}
    rows = session.scalars(_NAMED, asked)
    return {row.external_id: row for row in rows}
