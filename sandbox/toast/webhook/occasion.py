"""Messages that follow from no order: availability, schedules, packaging, a guest's order.

Source: guide apiRxAvailabilityWebhook, apiRxOnlineOrderingScheduleWebhook,
apiPackagingPreferencesConfigWebhook, apiGuestOrderFulfillmentStatusWebhook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec

from sandbox.toast import times
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.event import Event
from sandbox.toast.webhook.partner import KINDS, PARTNER, partner_message

Wanted = dict[str, Any]
Details = tuple[str, dict[str, Any]]

_GUEST_STATUSES = ("IN_PREPARATION", "READY_FOR_PICKUP", "CLOSED", "VOIDED")


def occasion(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Event:
    """The event of a category as documented, with what `wanted` says in `details` laid over it.

    Raises:
        ValueError: a category that isn't known and has no `eventType` of its own.
        LookupError: no such order.
    """
    category = str(wanted.get("eventCategory", ""))
    if category == PARTNER:
        return _partner(platform, restaurant, wanted)
    if category in _KNOWN:
        kind, details = _KNOWN[category](platform, restaurant, wanted)
    elif "eventType" in wanted:
        kind, details = "", {}
    else:
        known = ", ".join((PARTNER, *_KNOWN))
        raise ValueError(f"give an eventType, or an eventCategory of {known}")
    return Event(
        category=category,
        kind=str(wanted.get("eventType", kind)),
        details={**details, **wanted.get("details", {})},
        subject=str(wanted.get("order", restaurant.guid)),
        restaurant_guid=restaurant.guid,
    )


def _partner(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Event:
    kind = str(wanted.get("eventType", KINDS[-1]))
    told = partner_message(kind, restaurant, platform.merchant, platform.grants.of(restaurant))
    told.details.update(wanted.get("details", {}))
    return told


def _online(wanted: Wanted) -> bool:
    status = wanted.get("status", "OFFLINE")
    if status not in ("ONLINE", "OFFLINE"):
        raise ValueError("status must be ONLINE or OFFLINE")
    return bool(status == "ONLINE")


def _availability(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Details:
    online = _online(wanted)
    return f"availability_{'online' if online else 'offline'}", {
        "restaurantGuid": restaurant.guid,
        "status": "ONLINE" if online else "OFFLINE",
        "reasonKey": "AVAILABILITY_ONLINE" if online else "AVAILABILITY_OFFLINE",
        "reason": "The device that fires orders answers"
        if online
        else "The device that fires orders doesn't answer",
    }


def _toggle(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Details:
    online = _online(wanted)
    return f"toggle_availability_{'online' if online else 'offline'}", {
        "restaurantGuid": restaurant.guid,
        "status": "ONLINE" if online else "OFFLINE",
        "reasonKey": "TOGGLE_ENABLED" if online else "TOGGLE_DISABLED",
        "reason": f"Online ordering was switched {'on' if online else 'off'}",
    }


def _schedule(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Details:
    return "ordering_schedule_updated", {
        "restaurantGuid": restaurant.guid,
        "orderingSchedule": {
            "servicePeriods": [],
            "overrides": [],
            "timeZoneId": restaurant.zone,
        },
        "scheduledOrderMaxDays": 7,
        "lastOrderConfiguration": "UNTIL_CLOSING_TIME",
    }


def _packaging(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Details:
    return "packaging_updated", {
        "restaurantGuid": restaurant.guid,
        "packagingConfig": {"enabled": True, "items": []},
    }


def _guest_order(platform: Platform, restaurant: Restaurant, wanted: Wanted) -> Details:
    held = platform.book.get(str(wanted.get("order")))
    if held is None or held.restaurant.guid != restaurant.guid:
        raise LookupError(f"no order {wanted.get('order')} at this restaurant")
    if not msgspec.json.decode(held.body()).get("channelGuid"):
        raise ValueError("only the channel that an order came through is told: it has none")
    status = wanted.get("status", _GUEST_STATUSES[0])
    if status not in _GUEST_STATUSES:
        raise ValueError(f"status must be one of {', '.join(_GUEST_STATUSES)}")
    return "guestOrderStatusUpdated", {
        "eventGuid": str(uuid4()),
        "orderGuid": held.guid,
        "restaurantGuid": restaurant.guid,
        "guestOrderStatus": status,
        "lastUpdated": times.instant(platform.clock.now_ms()),
        "version": None,
    }


_KNOWN: dict[str, Callable[[Platform, Restaurant, Wanted], Details]] = {
    "restaurant_availability": _availability,
    "restaurant_availability_toggle": _toggle,
    "ordering_schedule": _schedule,
    "packaging": _packaging,
    "guest_order_status": _guest_order,
}
