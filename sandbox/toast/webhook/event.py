"""Messages about other things than orders. Source: guide apiMessageDataSchema."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.toast import times
from sandbox.toast.webhook.message import Message

MENUS = "menus"
STOCK = "stock"


def event(
    category: str, kind: str, subject: str, details: dict[str, Any], *, guid: str, at_ms: int
) -> Message:
    """One event in its envelope; `details` say which restaurant it is about."""
    timestamp = times.zulu(at_ms)
    body = {
        "timestamp": timestamp,
        "eventCategory": category,
        "eventType": kind,
        "guid": guid,
        "details": details,
    }
    return Message(
        guid=guid,
        timestamp=timestamp,
        category=category,
        kind=kind,
        restaurant_guid=details["restaurantGuid"],
        subject=subject,
        body=msgspec.json.encode(body),
    )
