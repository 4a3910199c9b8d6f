"""Makes a connection and gathers what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli import scope
from cli.connecting import given
from cli.web_address import web_url
from config.settings import settings
from connectors import platforms
from connectors.base.contract import Health
from models import Connection, Location, connections
from models.session import unit_of_work
from models.site_list import of_connection
from tasks import connect as connecting


@dataclass(frozen=True)
class Made:
    """A connection that was made or updated; no health when its platform couldn't be reached."""

    connection: Connection
    is_new: bool
    health: Health | None
    locations: list[Location]
    takes_deliveries: bool

    @property
    def webhook_url(self) -> str | None:
        """Where its platform sends deliveries; None when that sends none."""
        if platforms()[self.connection.platform].webhook is None:
            return None
        path = f"webhooks/{self.connection.platform}/{self.connection.key}"
        return f"{web_url(settings())}/{path}"


def connect(organization: str | None, platform: str, name: str, config: Mapping[str, Any]) -> Made:
    """Try the credentials and store them; a name that is known already may be an odd one.

    Raises: click.BadParameter, SettingsError, AccessRefusedError.
    """
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        before = {each.name for each in connections.of_organization(session, owner.id)}
    if name not in before:
        given.new_name(name)
    connection_id, health = connecting.connect(owner.id, platform, name, config)
    with unit_of_work() as session:
        made = session.get_one(Connection, connection_id)
        return Made(
            connection=made,
            is_new=name not in before,
            health=health,
            locations=of_connection(session, connection_id),
            takes_deliveries=bool(connections.full_settings(made).get("webhook_secret")),
        )
