"""Keeps a connection's locations: those found start syncing, those gone are marked."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import and_, case, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, PermanentError
from config.logging import logger
from connectors import platforms
from connectors.base.contract import Listing
from connectors.base.errors import AccessRefusedError, LimitedError
from models import Connection, Location, Organization, StreamCursor, connections
from models.connection import NEEDS_ATTENTION
from models.session import unit_of_work
from rules.records import LocationRecord
from tasks import app, reach, ring, slots, unread_sites

log = logger(__name__)


class TakenError(PermanentError):
    """Another connection of the merchant reads a location: its sales would count twice."""


class UnlistedError(PermanentError):
    """The locations of a connection can't be listed; those that are known go on."""


@slots.scheduled("sites.due")
def due() -> int:
    """Ask each connection for its locations."""
    with unit_of_work() as session:
        found = session.execute(select(Connection.id, Connection.platform)).all()
    for row in found:
        ring.once("sites.list", connection_id=row.id, platform=row.platform)
    return len(found)


@slots.scheduled("sites.first")
def first() -> int:
    """Ask connections that have no location yet, or some that couldn't be asked for before.

    Their platform was away, grants take time, or no calls were left.
    """
    known = select(Location.id).where(Location.connection_id == Connection.id).exists()
    with unit_of_work() as session:
        found = session.execute(
            select(Connection.id, Connection.platform).where(
                or_(
                    # A login that was refused is not repeated by the minute.
                    and_(~known, Connection.status != NEEDS_ATTENTION),
                    Connection.list_again_at <= clock.now(),
                )
            )
        ).all()
    for row in found:
        ring.once("sites.list", connection_id=row.id, platform=row.platform)
    return len(found)


@app.task(name="sites.list")
def list_(*, connection_id: int, platform: str) -> None:
    """Read the locations of one connection.

    Its signal stays noted: each delivery from a place that is unknown asks, and the answer changes
    no faster for that.
    """
    with suppress(Fault):
        refresh_noting(connection_id)


def refresh_noting(connection_id: int) -> None:
    """Read a connection's locations, and note on it when that fails. Raises: as `refresh`."""
    try:
        refresh(connection_id)
    except Fault as fault:
        with unit_of_work() as session:
            if isinstance(fault, LimitedError):
                _list_again(session, connection_id, fault.retry_after_s or 0.0)
            else:
                connections.failed(session, connection_id, _noted(fault), clock.now())
        log.warning("locations not read", connection_id=connection_id, code=fault.code)
        raise


def _noted(fault: Fault) -> Fault:
    """What is told of a listing that failed: streams that are read well don't put an end to it."""
    own = (AccessRefusedError, TakenError)
    if isinstance(fault, own) or not isinstance(fault, PermanentError):
        return fault
    return UnlistedError(connections.LOCATION_UNLISTED, fault.sentence, next_step=fault.next_step)


def _list_again(session: Session, connection_id: int, wait_s: float) -> None:
    """Have the locations listed once more, when there are calls for it."""
    at = clock.now() + timedelta(seconds=wait_s)
    session.execute(
        update(Connection).where(Connection.id == connection_id).values(list_again_at=at)
    )


def refresh(connection_id: int) -> int:
    """Read a connection's locations and store them; returns how many could be read.

    Effects: rows in locations; a cursor for each stream of each new one, due at once; a note on
        the connection of those that couldn't be read, or the end of that note.
    Raises: Fault of the platform; TakenError, and nothing is stored.
    """
    with unit_of_work() as session:
        asked = session.get_one(Connection, connection_id)
    with reach.line(asked, hurried=True) as line:
        listing = line.connector.locations(line.http)
    with unit_of_work() as session:
        take_turns(session, asked.organization_id)
        connection = session.get_one(Connection, connection_id)
        # Settings are sealed anew whenever they are stored.
        is_current = connection.secrets == asked.secrets
        if is_current:
            keep(session, connection, listing)
    if not is_current:
        return refresh(connection_id)
    # Phones are read as those of the country that locations are in.
    ring.overdue("match.customers", organization_id=asked.organization_id)
    return len(listing.sites)


def take_turns(session: Session, organization_id: int) -> None:
    """Until the transaction ends, no other of the merchant's connections stores locations.

    To be called before a connection's row is locked: all take the two in this order.
    """
    session.get_one(Organization, organization_id, with_for_update={"key_share": True})


def keep(session: Session, connection: Connection, listing: Listing) -> None:
    """Store the locations that were read with the connection's settings, in the caller's turn.

    Raises: TakenError.
    """
    found = listing.sites
    _refuse_taken(session, connection, found)
    for site in found:
        _store(session, connection, site)
    # One that can't be read is still there: its streams go on, and fail where people look.
    unread = unread_sites.still_there(session, connection, listing.unread)
    seen = {*unread, *listing.limited, *(site.external_id for site in found)}
    _mark_gone(session, connection, seen)
    _make_cursors(session, connection, [s.external_id for s in found if not s.archived])
    connection.list_again_at = None
    if listing.limited:
        _list_again(session, connection.id, max(listing.limited.values()))
    if unread:
        unread_sites.note(session, connection, unread)
    elif not listing.limited:
        connections.well_listed(session, connection.id, clock.now())


def _refuse_taken(
    session: Session, connection: Connection, found: Sequence[LocationRecord]
) -> None:
    taken = session.execute(
        select(Connection.name, Location.name.label("place"))
        .join(Location, Location.connection_id == Connection.id)
        .where(
            Connection.organization_id == connection.organization_id,
            Connection.platform == connection.platform,
            Connection.base_url == connection.base_url,
            Connection.id != connection.id,
            Location.external_id.in_([site.external_id for site in found]),
        )
        .order_by(Location.id)
        .limit(1)
    ).first()
    if taken is not None:
        raise TakenError(
            connections.LOCATION_TAKEN,
            f"'{taken.place}' is read by the connection '{taken.name}' already: "
            "each of its sales would be invoiced twice.",
            next_step=f"Connect under the name '{taken.name}' to change its settings, or name only "
            "other locations in these.",
        )


def _store(session: Session, connection: Connection, site: LocationRecord) -> None:
    facts = {
        "name": site.name,
        "time_zone": site.time_zone,
        "currency": site.currency,
        "closeout_hour": site.closeout_hour,
        "group_external_id": site.group_id,
        "archived": site.archived,
        "brand": site.brand,
        "country": site.country,
        "removed_at": None,
    }
    told = insert(Location).values(
        organization_id=connection.organization_id,
        connection_id=connection.id,
        external_id=site.external_id,
        **facts,
    )
    known = tuple_(*(getattr(Location, name) for name in facts))
    session.execute(
        told.on_conflict_do_update(
            index_elements=["connection_id", "external_id"],
            set_={**facts, "facts_version": Location.facts_version + 1},
            where=known.is_distinct_from(tuple_(*(told.excluded[name] for name in facts))),
        )
    )


def _mark_gone(session: Session, connection: Connection, seen: set[str]) -> None:
    session.execute(
        update(Location)
        .where(Location.connection_id == connection.id, Location.external_id.not_in(seen))
        .values(
            archived=True,
            removed_at=func.coalesce(Location.removed_at, clock.now()),
            facts_version=Location.facts_version
            + case((Location.removed_at.is_(None), 1), else_=0),
        )
    )


def _make_cursors(session: Session, connection: Connection, location_ids: list[str]) -> None:
    """Make the cursors that are missing, in the merchant's turn.

    An insert that relied on the unique key would wait for the reader of the cursor in its way, who
    goes on to the connection.
    """
    rows = session.execute(
        select(StreamCursor.stream, StreamCursor.location_external_id).where(
            StreamCursor.connection_id == connection.id
        )
    )
    known = {(row.stream, row.location_external_id) for row in rows}
    streams = platforms()[connection.platform].streams
    # A platform may name a location twice.
    wanted = dict.fromkeys(
        (stream.name, location_id)
        for stream in streams.values()
        for location_id in (location_ids if stream.per_location else [""])
    )
    session.add_all(
        StreamCursor(
            organization_id=connection.organization_id,
            connection_id=connection.id,
            stream=stream,
            location_external_id=location_id,
            next_due_at=clock.now(),
            sales=streams[stream].sales,
        )
        for stream, location_id in wanted
        if (stream, location_id) not in known
    )
    session.flush()
