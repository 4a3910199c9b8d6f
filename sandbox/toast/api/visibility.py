"""What a client without every scope doesn't see. Source: guide apiOrdersGetScopes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


def visible(body: bytes, scopes: Sequence[str]) -> bytes:
    """The order as it is, less the guest and the address where the scopes for these are missing."""
    addressed = b'"deliveryInfo":{' in body and "delivery_info.address:read" not in scopes
    if "guest.pi:read" in scopes and not addressed:
        return body
    order = msgspec.json.decode(body)
    if addressed:
        order["deliveryInfo"] = None
    if "guest.pi:read" in scopes:
        return msgspec.json.encode(order)
    order.pop("curbsidePickupInfo", None)
    for check in order.get("checks") or []:
        check.pop("customer", None)
    return msgspec.json.encode(order)
