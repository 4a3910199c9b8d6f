"""What `taxpoynt check` finds and answers."""

from dataclasses import dataclass

from cli import exit
from cli.connecting.found import account, sites, warnings
from cli.output import Output
from connectors.base.contract import Health
from dashboard.api.schemas import LocationSchema
from models import Connection, Location
from models.session import unit_of_work
from models.site_list import of_connection
from tasks import connect
from tasks import sites as listing


@dataclass(frozen=True)
class Found:
    """What a connection's credentials reach just now."""

    health: Health
    locations: list[Location]


def look(connection: Connection) -> Found:
    """Try the credentials and read the locations anew. Raises: TransientError, PermanentError."""
    health = connect.check(connection)
    listing.refresh(connection.id)
    with unit_of_work() as session:
        return Found(health, of_connection(session, connection.id))


def tell(out: Output, connection: Connection, found: Found) -> int:
    """Say it; returns the exit code."""
    document = {
        "connection": connection.name,
        "platform": connection.platform,
        "ok": not found.health.missing_scopes,
        "account": found.health.account,
        **account(found.health),
        "locations": LocationSchema(many=True).dump(found.locations),
        "warnings": warnings(found.health),
    }
    for warning in warnings(found.health):
        out.say(f"Warning: {warning}")
    out.answer(document, _in_words(connection, found))
    return exit.FAILED if found.health.missing_scopes else exit.DONE


def _in_words(connection: Connection, found: Found) -> str:
    health = found.health
    verdict = "lacks scopes" if health.missing_scopes else "works"
    return "\n".join(
        (
            f"'{connection.name}' {verdict}.",
            f"Account:   {health.name or health.account}",
            f"Scopes:    {', '.join(sorted(health.scopes)) or 'not told'}",
            f"Limits:    {'; '.join(f'{k}: {v}' for k, v in health.limits.items()) or 'not told'}",
            f"Locations: {sites(found.locations)}",
        )
    )
