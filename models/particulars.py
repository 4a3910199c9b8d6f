"""Writes what platforms say besides sales: one writer a kind of record, found by its class."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location

DELIVERY, READING = "delivery", "reading"


@dataclass(frozen=True)
class Told:
    """How records came to be known: by a delivery, or by a reading of all there is `listed_at`."""

    source: str = DELIVERY
    listed_at: datetime | None = None


Writer = Callable[[Session, Connection, Mapping[str, Location], Sequence[Any], Told], int]
"""Stores records of one kind in the caller's transaction; returns how many changed anything.

Locations are by the platform's id; each record's is among them. Running it twice changes nothing.
"""

WRITERS: dict[type[Any], Writer] = {}


def close_listing(
    session: Session, connection: Connection, stream: str, place: str, listed_at: datetime
) -> int:
    """A listing of all there is was read to its end: what it didn't hold isn't there any more.

    Returns how many rows that changed. `place` is the platform's id of the location.
    """
    return 0
