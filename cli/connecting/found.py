"""What trying credentials brought to light, in words and as data."""

from collections.abc import Sequence
from typing import Any

from connectors.base.contract import Health
from models import Connection, Location
from models.connection import NEEDS_ATTENTION


def account(health: Health | None) -> dict[str, Any]:
    """Name, scopes and limits of an account; empty when nothing was found out."""
    found = health or Health("")
    return {
        "account_name": found.name or None,
        "scopes": sorted(found.scopes),
        "missing_scopes": sorted(found.missing_scopes),
        "limits": dict(found.limits),
    }


def sites(locations: Sequence[Location]) -> str:
    """Locations in a line."""
    return ", ".join(f"{each.name} ({each.currency})" for each in locations) or "none"


def warnings(health: Health | None) -> list[str]:
    """What the account lacks, as sentences."""
    if health is None:
        return []
    return [
        *(
            f"The account lacks the scope {scope}: grant it on the platform, then connect again."
            for scope in sorted(health.missing_scopes)
        ),
        *health.warnings,
    ]


def attention(connection: Connection) -> list[str]:
    """What a person has to see to, and how; empty when its status asks for nobody."""
    return [trouble(connection)] if connection.status == NEEDS_ATTENTION else []


def trouble(connection: Connection) -> str:
    """What was noted on a connection last, with the next step."""
    return f"{connection.status_reason or ''} {connection.next_step or ''}".strip()
