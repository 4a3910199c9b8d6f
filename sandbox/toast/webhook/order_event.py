"""An order's new state, told with everything but the guest and external ids.

Source: guide devOrdersWebhookRef.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.toast.held import Held
from sandbox.toast.webhook.event import Event
from sandbox.toast.webhook.message import discreet

ORDER_UPDATED = "order_updated"
# The same for whoever the order came through.
CHANNEL_ORDER_UPDATED = "channel_order_updated"


def order_updated(held: Held, category: str = ORDER_UPDATED) -> Event:
    """The message's content, as of now."""
    order = discreet(msgspec.json.decode(held.body()))
    return Event(
        category=category,
        kind=category,
        details={
            "restaurantGuid": held.restaurant.guid,
            "order": order,
            "appliedPackagingInfo": order.get("appliedPackagingInfo"),
        },
        subject=held.guid,
        restaurant_guid=held.restaurant.guid,
    )


def from_channel(held: Held) -> bool:
    """Whether an ordering channel sent the order."""
    order: dict[str, Any] = msgspec.json.decode(held.body())
    return bool(order.get("channelGuid"))
