"""Orders as events carry them.

Source: Toast developer guide, "Orders webhook",
    https://doc.toasttab.com/doc/devguide/devOrdersWebhookRef.html, read 2026-12-01.
    Guests and the order's outside reference are left out.
"""

from typing import Any

import msgspec

from config.errors import SkippedRecord
from connectors.base.contract import Delivery, Hint, Record
from connectors.toast.bodies import UNREADABLE
from connectors.toast.envelope import (
    NO_TEXT,
    TOO_DEEP,
    Stamp,
    category_of,
    flaw_of,
    name_of,
    stamp_of,
)

_CATEGORIES = frozenset({"order_updated", "channel_order_updated"})


class _Details(msgspec.Struct):
    restaurantGuid: str | None = None
    order: msgspec.Raw = msgspec.Raw(b"null")


class _Event(Stamp):
    details: _Details | None = None


class _Order(msgspec.Struct):
    guid: str | None = None
    modifiedDate: Any = None
    checks: msgspec.Raw = msgspec.Raw(b"null")


_events = msgspec.json.Decoder(_Event)
_orders = msgspec.json.Decoder(_Order | None)


def order_of(delivery: Delivery) -> Hint | None:
    """What an order event points at, read in one go; None of anything else, for a closer look."""
    try:
        event = _events.decode(delivery.body)
        if category_of(event, delivery) not in _CATEGORIES:
            return None
        details = event.details or _Details()
        order = _orders.decode(details.order)
    except UNREADABLE:
        return None
    location = details.restaurantGuid or delivery.headers.get("toast-restaurant-external-id")
    if order is None or not name_of(order.guid) or not location:
        return None
    return _hint(str(order.guid), location, order, bytes(details.order))


def order_hint(delivery: Delivery) -> Hint:
    """The same, where it can't be read in one go. Raises: SkippedRecord with the reason."""
    try:
        details = _events.decode(delivery.body).details or _Details()
        order = _orders.decode(details.order)
    except msgspec.ValidationError as misfit:
        raise malformed(str(misfit)[:300]) from None
    except msgspec.DecodeError:
        raise malformed(flaw_of(delivery.body, stamp_of(delivery.body))) from None
    except UnicodeDecodeError:
        raise malformed(NO_TEXT) from None
    except RecursionError:
        raise malformed(TOO_DEEP) from None
    if order is None or not name_of(order.guid):
        raise malformed("it names no order")
    location = details.restaurantGuid or delivery.headers.get("toast-restaurant-external-id")
    if not location:
        raise malformed("it doesn't say which restaurant it is about")
    return _hint(str(order.guid), location, order, bytes(details.order))


def malformed(reason: str) -> SkippedRecord:
    """An event doesn't have the form that Toast documents."""
    return SkippedRecord(
        "toast.event_unreadable",
        f"A delivery from Toast can't be understood: {reason}.",
        next_step="It is kept as it came. What it tells still arrives with the next reading.",
    )


def _hint(guid: str, location: str, order: _Order, raw: bytes) -> Hint:
    """The order itself, or where to fetch it when its version or its checks were not sent."""
    if not order.modifiedDate or bytes(order.checks) == b"null":
        return Hint("orders", guid, location=location)
    # Guest and outside reference are left out of deliveries.
    record = Record("orders", guid, raw, location, partial=True)
    return Hint("orders", guid, record, location)
