"""What `taxpoynt check` finds and answers."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cli import exit
from cli.connecting.found import account, attention, sites, warnings
from cli.output import Output
from config import clock
from connectors.base.contract import Health
from dashboard.api.schemas import LocationSchema
from models import Connection, Location, readings
from models.session import unit_of_work
from models.site_list import of_connection
from tasks import connect
from tasks import sites as listing
from tasks.pull import LEFT_OUT_FOR


@dataclass(frozen=True)
class Found:
    """What a connection's credentials reach just now; `attention` is what a person must see to.

    `left_out` are streams that weren't granted when they were asked for last.
    """

    health: Health
    locations: list[Location]
    attention: list[str]
    left_out: list[str]

    @property
    def is_well(self) -> bool:
        """Whether all of it can be read."""
        return not self.health.missing_scopes and not self.attention


def look(connection: Connection) -> Found:
    """Try the credentials and read the locations anew. Raises: TransientError, PermanentError."""
    health = connect.check(connection)
    listing.refresh(connection.id)
    with unit_of_work() as session:
        # The listing notes on it what it couldn't read.
        listed = session.get_one(Connection, connection.id)
        return Found(
            health,
            of_connection(session, connection.id),
            attention(listed),
            _left_out(session, connection.id),
        )


def tell(out: Output, connection: Connection, found: Found) -> int:
    """Say it; returns the exit code."""
    document = {
        "connection": connection.name,
        "platform": connection.platform,
        "ok": found.is_well,
        "account": found.health.account,
        **account(found.health),
        "locations": LocationSchema(many=True).dump(found.locations),
        "warnings": [*warnings(found.health), *found.attention, *found.left_out],
    }
    for warning in document["warnings"]:
        out.say(f"Warning: {warning}")
    out.answer(document, _in_words(connection, found))
    return exit.DONE if found.is_well else exit.FAILED


def _left_out(session: Session, connection_id: int) -> list[str]:
    """What each stream says that is asked for by the hour, and not granted."""
    runs = readings.left_out(session, connection_id, clock.now() - 2 * LEFT_OUT_FOR)
    return [f"{run.stream} left out: {run.error} {run.next_step}" for run in runs]


def _in_words(connection: Connection, found: Found) -> str:
    health = found.health
    return "\n".join(
        (
            f"'{connection.name}' {_verdict(found)}.",
            f"Account:   {health.name or health.account}",
            f"Scopes:    {', '.join(sorted(health.scopes)) or 'not told'}",
            f"Limits:    {'; '.join(f'{k}: {v}' for k, v in health.limits.items()) or 'not told'}",
            f"Locations: {sites(found.locations)}",
        )
    )


def _verdict(found: Found) -> str:
    if found.is_well:
        return "works"
    return "lacks scopes" if found.health.missing_scopes else "needs attention"
