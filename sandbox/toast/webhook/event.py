"""Something to tell that isn't sent yet: what happened, where, and the details of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.toast.webhook.message import Message, envelope

MENUS = "menus"
STOCK = "stock"
# What an integration that isn't an ordering channel may subscribe to.
CATEGORIES = (
    "order_updated",
    MENUS,
    STOCK,
    "partner",
    "restaurant_availability",
    "restaurant_availability_toggle",
    "ordering_schedule",
    "packaging",
)


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
        return envelope(
            self.category,
            self.kind,
            self.details,
            guid=guid,
            at_ms=at_ms,
            restaurant_guid=self.restaurant_guid,
            subject=self.subject,
        )
