"""Writes what platforms say besides sales: one writer a kind of record, found by its class."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.cash_write import write_cash
from models.configured_write import close_configuration, write_configured
from models.connection import Connection
from models.location import Location
from models.locations import locations_of
from models.menu_write import close_menus, write_menus
from models.opening_write import write_openings
from models.provenance import DELIVERY, READING, Told
from models.stock_close import close_stock, still_told
from models.stock_write import write_stock
from rules.facts import CashRecord, ConfiguredRecord, MenuRecord, OpeningRecord, StockRecord

__all__ = ["DELIVERY", "READING", "WRITERS", "Told", "Writer", "close_listing", "still_listed"]

Writer = Callable[[Session, Connection, Mapping[str, Location], Sequence[Any], Told], int]
"""Stores records of one kind in the caller's transaction; returns how many changed anything.

Locations are by the platform's id; each record's is among them. Running it twice changes nothing.
"""

WRITERS: dict[type[Any], Writer] = {
    MenuRecord: write_menus,
    StockRecord: write_stock,
    ConfiguredRecord: write_configured,
    CashRecord: write_cash,
    OpeningRecord: write_openings,
}

# What is gone when a whole listing didn't hold it, by stream.
_CLOSED: dict[str, Callable[[Session, Location, datetime], int]] = {
    "menus": close_menus,
    "stock": close_stock,
    "configuration": close_configuration,
}


# What a listing holds though it can't be read is there as it was, by stream.
_STILL_LISTED: dict[str, Callable[[Session, Location, Sequence[str], datetime], None]] = {
    "stock": still_told,
}


def still_listed(
    session: Session,
    connection: Connection,
    stream: str,
    place: str,
    ids: Sequence[str],
    listed_at: datetime,
) -> None:
    """A listing holds these, but they can't be read: its end isn't to take them for gone."""
    keep = _STILL_LISTED.get(stream)
    location = locations_of(session, connection, [place]).get(place)
    if keep is not None and location is not None and ids:
        keep(session, location, ids, listed_at)


def close_listing(
    session: Session, connection: Connection, stream: str, place: str, listed_at: datetime
) -> int:
    """A listing of all there is was read to its end: what it didn't hold isn't there any more.

    Returns how many rows that changed. `place` is the platform's id of the location.
    """
    close = _CLOSED.get(stream)
    location = locations_of(session, connection, [place]).get(place)
    return 0 if close is None or location is None else close(session, location, listed_at)
