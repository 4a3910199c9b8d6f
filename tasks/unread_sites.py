"""Till sites of a connection that can't be read: those that are gone, and those that are told."""

import shlex
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import clock
from config.errors import PermanentError
from config.logging import logger
from connectors.base.errors import GoneError
from models import Connection, Location, connections

log = logger(__name__)

# A note stays readable; the log has them all.
_NAMED = 5


class UnreadError(PermanentError):
    """Some of a connection's locations can't be read; the others go on."""


def still_there(
    session: Session, connection: Connection, unread: Mapping[str, PermanentError]
) -> Mapping[str, PermanentError]:
    """Without what was read once and is gone: a name that never was one is a mistake, and told."""
    gone = [place for place, fault in unread.items() if isinstance(fault, GoneError)]
    known = select(Location.external_id).where(
        Location.connection_id == connection.id, Location.external_id.in_(gone)
    )
    left = set(session.scalars(known))
    return {place: fault for place, fault in unread.items() if place not in left}


def note(session: Session, connection: Connection, unread: Mapping[str, PermanentError]) -> None:
    """Tell on the connection which of its locations can't be read, and why."""
    for place, fault in unread.items():
        log.warning(
            "location not read", connection_id=connection.id, location=place, code=fault.code
        )
    known = select(Location.external_id, Location.name).where(
        Location.connection_id == connection.id, Location.external_id.in_(unread)
    )
    names = {row.external_id: row.name for row in session.execute(known)}
    told = ", ".join(f"'{names.get(place, place)}'" for place in list(unread)[:_NAMED])
    more = f" and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
    first = next(iter(unread.values()))
    check = f"taxpoynt check {shlex.quote(connection.name)}"
    fault = UnreadError(
        connections.LOCATION_UNREAD,
        f"{told}{more} can't be read: {first.sentence}",
        # Its own turn comes within the hour.
        next_step=f"{first.next_step} Then run '{check}'.".lstrip(),
    )
    connections.failed(session, connection.id, fault, clock.now())
