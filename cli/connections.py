"""List connections: how each is doing, and what to do about it."""

from datetime import datetime, timedelta
from typing import Any

from cli.ground import ground
from cli.output import Output, typeable
from cli.paged import gather, page_options
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "name": "Name",
    "platform": "Platform",
    "status": "Status",
    "last_success_at": "Last success",
    "lag": "Lag",
    "to_do": "What to do",
}


@verb
@page_options
@organization_option
def command(out: Output, limit: int, after: str | None, organization: str | None) -> None:
    """List connections. Their lag is how far back the last complete reading reaches.

    Example: taxpoynt connections
    """
    with ground():
        from cli import scope
        from config import clock
        from dashboard.api.schemas import ConnectionSchema
        from models import listing
        from models.session import unit_of_work
        from models.silence import is_silent

        with unit_of_work() as session:
            owner = scope.organization(session, organization)
            found = gather(
                lambda span: listing.connections(session, owner.id, span=span), limit, after
            )
        now, dump = clock.now(), ConnectionSchema().dump
        items = [
            {
                **dump(row),
                **_lag(row["complete_until"], now),
                "silent": is_silent(row["unannounced_since"], now),
            }
            for row in found.items
        ]
        empty = "None yet: taxpoynt connect PLATFORM NAME --config FILE"
        if out.as_json:
            out.items(items, _COLUMNS, empty=empty, after=found.next)
        else:
            out.items([_in_words(item) for item in items], _COLUMNS, empty=empty)


def _lag(complete_until: datetime | None, now: datetime) -> dict[str, Any]:
    """Units: seconds; None before anything was read to its end."""
    return {
        "lag_s": None if complete_until is None else int((now - complete_until).total_seconds())
    }


def _in_words(item: dict[str, Any]) -> dict[str, Any]:
    lag_s, success = item["lag_s"], item["last_success_at"]
    return {
        **item,
        "last_success_at": success and f"{success[:19]}Z",
        "lag": None if lag_s is None else str(timedelta(seconds=lag_s)),
        "to_do": _to_do(item),
    }


def _to_do(item: dict[str, Any]) -> str:
    if item["next_step"]:
        return f"{item['status_reason'] or ''} {item['next_step']}".strip()
    name = typeable(item["name"])
    if item["silent"]:
        return (
            f"Sales change without a delivery since {item['unannounced_since'][:19]}Z: they are "
            "read instead. Check the webhook subscriptions at the platform."
        )
    if item["parked_events"]:
        return f"{item['parked_events']} failed: taxpoynt events {name} --failed"
    if item["parked_records"]:
        return f"{item['parked_records']} not understood: taxpoynt parked {name}"
    return "nothing"
