"""What a client without every scope doesn't see. Source: guide apiOrdersGetScopes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


def visible(body: bytes, scopes: Sequence[str]) -> bytes:
    """The order as it is with `guest.pi:read`, else without any guest."""
    if "guest.pi:read" in scopes:
        return body
    order = msgspec.json.decode(body)
    order.pop("curbsidePickupInfo", None)
    for check in order.get("checks") or []:
        check.pop("customer", None)
    return msgspec.json.encode(order)
