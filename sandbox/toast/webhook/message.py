"""A webhook message and its headers. Source: guide apiMessageDataSchema, apiHttpHeaders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from sandbox.toast import times
from sandbox.toast.held import Held
from sandbox.toast.webhook.signature import sign

ORDER_UPDATED = "order_updated"
# The same for whoever the order came through.
CHANNEL_ORDER_UPDATED = "channel_order_updated"

# What a message about an order never tells about the guest.
_GUEST_FIELDS = ("firstName", "lastName", "phone", "phoneCountryCode", "email")


@dataclass(frozen=True)
class Message:
    """One event; the guid stays the same however often it is sent."""

    guid: str
    timestamp: str
    category: str
    kind: str
    restaurant_guid: str | None
    subject: str
    body: bytes

    def headers(self, secret: str, attempt: int) -> dict[str, str]:
        """The headers of one attempt."""
        guid = self.restaurant_guid
        return {
            "Toast-Signature": sign(self.body, self.timestamp, secret),
            "Toast-Event-Type": self.kind,
            "Toast-Event-Category": self.category,
            **({} if guid is None else {"Toast-Restaurant-External-ID": guid}),
            "Toast-Attempt-Number": str(attempt),
            "Content-Type": "application/json",
            "Accept-Encoding": "gzip,deflate",
            "Connection": "close",
            "User-Agent": "Apache-HttpClient/4.5.14 (Java)",
        }


def envelope(
    category: str,
    kind: str,
    details: dict[str, Any],
    *,
    guid: str,
    at_ms: int,
    restaurant_guid: str | None,
    subject: str,
) -> Message:
    """The documented frame around what happened."""
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
        restaurant_guid=restaurant_guid,
        subject=subject,
        body=msgspec.json.encode(body),
    )


def order_updated(held: Held, guid: str, at_ms: int, category: str = ORDER_UPDATED) -> Message:
    """An order's new state, told with everything but the guest and external ids."""
    order = discreet(msgspec.json.decode(held.body()))
    details = {
        "restaurantGuid": held.restaurant.guid,
        "order": order,
        "appliedPackagingInfo": order.get("appliedPackagingInfo"),
    }
    return envelope(
        category,
        category,
        details,
        guid=guid,
        at_ms=at_ms,
        restaurant_guid=held.restaurant.guid,
        subject=held.guid,
    )


def from_channel(held: Held) -> bool:
    """Whether an ordering channel sent the order."""
    order: dict[str, Any] = msgspec.json.decode(held.body())
    return bool(order.get("channelGuid"))


def discreet(order: dict[str, Any]) -> dict[str, Any]:
    """The order without guest data and with every externalId null; changes what it is given."""
    _forget_external_ids(order)
    for absent in ("deliveryInfo", "curbsidePickupInfo"):
        order.pop(absent, None)
    for check in order.get("checks") or []:
        for name in _GUEST_FIELDS:
            (check.get("customer") or {}).pop(name, None)
    return order


def _forget_external_ids(part: Any) -> None:
    if isinstance(part, dict):
        if "externalId" in part:
            part["externalId"] = None
        for value in part.values():
            _forget_external_ids(value)
    elif isinstance(part, list):
        for value in part:
            _forget_external_ids(value)
