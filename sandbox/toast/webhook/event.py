"""Something to tell that isn't sent yet: what happened, where, and the details of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from sandbox.toast import times
from sandbox.toast.webhook.message import Message


@dataclass(frozen=True)
class Event:
    """One thing that happened; without a restaurant the message has no restaurant header.

    `subject` is what the log of attempts knows it by.
    """

    category: str
    kind: str
    details: dict[str, Any]
    subject: str
    restaurant_guid: str | None = None

    def message(self, guid: str, at_ms: int) -> Message:
        """The documented envelope around it."""
        timestamp = times.zulu(at_ms)
        body = {
            "timestamp": timestamp,
            "eventCategory": self.category,
            "eventType": self.kind,
            "guid": guid,
            "details": self.details,
        }
        return Message(
            guid=guid,
            timestamp=timestamp,
            category=self.category,
            kind=self.kind,
            restaurant_guid=self.restaurant_guid,
            subject=self.subject,
            body=msgspec.json.encode(body),
        )
