"""What `taxpoynt connect` answers: the connection, its address, what was found, what is next."""

from collections.abc import Sequence
from typing import Any

from cli import exit
from cli.connecting.found import account, attention, sites, trouble, warnings
from cli.connecting.trial import Made
from cli.output import Output, typeable
from connectors import platforms
from dashboard.api.schemas import LocationSchema


def tell(out: Output, made: Made, about_file: Sequence[str]) -> int:
    """Say it; returns the exit code."""
    connection = made.connection
    document = {
        "outcome": _outcome(made),
        "id": connection.id,
        "name": connection.name,
        "platform": connection.platform,
        "status": connection.status,
        "key": connection.key,
        "webhook_url": made.webhook_url,
        "account": connection.account,
        **account(made.health),
        "locations": LocationSchema(many=True).dump(made.locations),
        "warnings": [*about_file, *warnings(made.health), *attention(connection)],
        "next_steps": _next_steps(made),
    }
    for warning in document["warnings"]:
        out.say(f"Warning: {warning}")
    out.answer(document, _in_words(made, document))
    return exit.DONE if made.health else exit.PARKED


def _outcome(made: Made) -> str:
    if made.health is None:
        return "stored"
    return "connected" if made.is_new else "updated"


def _in_words(made: Made, document: dict[str, Any]) -> str:
    title = platforms()[made.connection.platform].title
    verb = {"stored": "is stored, not tried yet", "connected": "is connected"}
    return "\n".join(
        (
            f"'{made.connection.name}' ({title}) {verb.get(document['outcome'], 'is updated')}.",
            f"Account:         {document['account_name'] or document['account'] or '–'}",
            f"Locations:       {sites(made.locations)}",
            f"Key:             {made.connection.key}",
            f"Webhook address: {made.webhook_url or '–'}",
            "Next:",
            *(f"- {step}" for step in document["next_steps"]),
        )
    )


def _next_steps(made: Made) -> list[str]:
    title = platforms()[made.connection.platform].title
    name = typeable(made.connection.name)
    steps = []
    if made.health is None:
        why = trouble(made.connection)
        steps.append(f"The credentials could not be tried just now. {why}".rstrip())
        steps.append(f"Try them again: taxpoynt check {name}")
    if made.webhook_url and not made.takes_deliveries:
        steps.append(
            "Deliveries are refused as long as there is no webhook_secret: connect again with it."
        )
    elif made.webhook_url:
        steps.append(f"Subscribe the webhook address at {title}.")
    steps.append(f"Bring history in: taxpoynt import {name} --since YYYY-MM-DD")
    return steps
