"""Locations as what comes in from a platform names them."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, any_, bindparam, select, text
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.storable import storable

# A chain has a thousand, and a batch is of a few.
_NAMED = select(Location).where(
    Location.connection_id == bindparam("connection_id"),
    Location.external_id == any_(bindparam("names", type_=ARRAY(Text))),
)

# What is told of a place besides its sales is written by one transaction after the other. Each
# takes all places that it needs, in this order, so that no two wait for each other in a circle.
_HOLD = text("SELECT id FROM locations WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
_HOLD_FREE = text(
    "SELECT id FROM locations WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
)
_MOVED = text("UPDATE locations SET facts_version = facts_version + 1 WHERE id = ANY(:ids)")


def hold(session: Session, ids: Collection[int]) -> None:
    """Until the transaction ends, nobody else writes what is told of these besides sales."""
    session.execute(_HOLD, {"ids": sorted(ids)})


def hold_free(session: Session, ids: Collection[int]) -> set[int]:
    """The same of those that nobody else writes just now; returns which they are."""
    return set(session.scalars(_HOLD_FREE, {"ids": sorted(ids)}))


def facts_moved(session: Session, ids: Collection[int]) -> None:
    """What is known of these isn't what it was: whoever keeps a copy of it reads it anew."""
    if ids:
        session.execute(_MOVED, {"ids": sorted(ids)})


def locations_of(
    session: Session, connection: Connection, names: Collection[str]
) -> dict[str, Location]:
    """Those of a connection's locations that are named, by the platform's id."""
    asked = {"connection_id": connection.id, "names": [storable(name) for name in names]}
    rows = session.scalars(_NAMED, asked)
    return {row.external_id: row for row in rows}
