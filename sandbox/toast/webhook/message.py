"""A webhook message and its headers. Source: guide apiMessageDataSchema, apiHttpHeaders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.toast.webhook.signature import sign

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
