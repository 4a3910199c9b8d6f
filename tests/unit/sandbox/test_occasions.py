"""Messages that follow from no order, subscriptions of their own, and pauses."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest

from sandbox.toast.webhook import retry
from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.ordering import make

URL = "http://receiver.test/hook"
CHANNEL = "c0ffee00-0000-4000-8000-000000000000"


def subscribe(toast: StandIn, category: str, secret: str = "own") -> None:
    wanted = {"url": URL, "eventCategory": category, "secret": secret}
    toast.control("POST", "subscriptions", wanted)


def send(toast: StandIn, **wanted: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The message that came of it, and its headers."""
    assert toast.control("POST", "webhooks/events", wanted) == {"sent": 1}
    toast.agenda.run_due()
    _url, body, headers = toast.receiver.taken[-1]
    return json.loads(body), headers


@pytest.mark.parametrize(
    ("category", "status", "kind", "reason"),
    [
        ("restaurant_availability", "ONLINE", "availability_online", "AVAILABILITY_ONLINE"),
        ("restaurant_availability", "OFFLINE", "availability_offline", "AVAILABILITY_OFFLINE"),
        (
            "restaurant_availability_toggle",
            "ONLINE",
            "toggle_availability_online",
            "TOGGLE_ENABLED",
        ),
        (
            "restaurant_availability_toggle",
            "OFFLINE",
            "toggle_availability_offline",
            "TOGGLE_DISABLED",
        ),
    ],
)
def test_availability(toast: StandIn, category: str, status: str, kind: str, reason: str) -> None:
    subscribe(toast, category)
    message, headers = send(toast, eventCategory=category, status=status)
    assert (message["eventCategory"], message["eventType"]) == (category, kind)
    assert message["details"]["reasonKey"] == reason
    assert message["details"]["restaurantGuid"] == toast.restaurant
    assert headers["Toast-Event-Category"] == category
    assert headers["Toast-Restaurant-External-ID"] == toast.restaurant


@pytest.mark.parametrize(
    ("category", "kind", "keys"),
    [
        (
            "ordering_schedule",
            "ordering_schedule_updated",
            {"orderingSchedule", "scheduledOrderMaxDays", "lastOrderConfiguration"},
        ),
        ("packaging", "packaging_updated", {"packagingConfig"}),
    ],
)
def test_settings_that_changed(toast: StandIn, category: str, kind: str, keys: set[str]) -> None:
    subscribe(toast, category)
    message, _headers = send(toast, eventCategory=category, details={"extra": 1})
    assert message["eventType"] == kind
    assert keys | {"extra"} <= set(message["details"])


def test_the_channel_of_an_order_hears_of_its_kitchen(toast: StandIn) -> None:
    subscribe(toast, "guest_order_status")
    wanted = {"eventCategory": "guest_order_status", "status": "READY_FOR_PICKUP"}
    message, _headers = send(toast, **wanted, order=make(toast, channel_guid=CHANNEL))
    assert message["eventType"] == "guestOrderStatusUpdated"
    assert message["details"]["guestOrderStatus"] == "READY_FOR_PICKUP"
    assert message["details"]["version"] is None
    elsewhere = {**wanted, "order": make(toast)}
    assert toast.http.post("/control/webhooks/events", json=elsewhere).status_code == 400


def test_a_channel_is_told_of_its_own_orders_alone(toast: StandIn) -> None:
    subscribe(toast, "channel_order_updated")
    make(toast)
    assert toast.agenda.run_due() == 0
    guid = make(toast, channel_guid=CHANNEL)
    toast.agenda.run_due()
    _url, body, headers = toast.receiver.taken[-1]
    message = json.loads(body)
    assert message["eventCategory"] == message["eventType"] == "channel_order_updated"
    assert message["details"]["order"]["guid"] == guid
    assert headers["Toast-Event-Type"] == "channel_order_updated"


def test_an_unheard_of_category_can_be_sent(toast: StandIn) -> None:
    subscribe(toast, "reservations")
    wanted = {"eventCategory": "reservations", "eventType": "table_booked", "details": {"a": 1}}
    message, headers = send(toast, **wanted)
    assert message["details"] == {"a": 1}
    assert headers["Toast-Event-Type"] == "table_booked"
    answer = toast.http.post("/control/webhooks/events", json={"eventCategory": "reservations"})
    assert answer.status_code == 400


def test_every_subscription_signs_with_its_own_secret(toast: StandIn) -> None:
    for category in ("order_updated", "partner"):
        subscribe(toast, category, secret=f"secret of {category}")
    make(toast)
    toast.control("PATCH", f"locations/{toast.restaurant}", {"name": "New"})
    toast.agenda.run_due()
    assert len(toast.receiver.taken) == 2
    for _url, body, headers in toast.receiver.taken:
        message = json.loads(body)
        secret = f"secret of {message['eventCategory']}".encode()
        mac = hmac.new(secret, body + message["timestamp"].encode(), hashlib.sha256)
        assert headers["Toast-Signature"] == b64encode(mac.digest()).decode()


def test_messages_of_an_ordered_pause_are_lost(toast: StandIn) -> None:
    subscribe(toast, "order_updated")
    subscribe(toast, "partner")
    wanted = {"eventCategory": "order_updated", "seconds": 120}
    assert toast.control("POST", "webhooks/pauses", wanted) == {"paused": 1}
    make(toast)
    toast.control("PATCH", f"locations/{toast.restaurant}", {"name": "New"})
    toast.agenda.run_due()
    heard = [json.loads(body)["eventCategory"] for _url, body, _headers in toast.receiver.taken]
    assert heard == ["partner"]
    toast.ticks.at += 120
    make(toast)
    toast.agenda.run_due()
    assert len(toast.receiver.taken) == 2
    assert toast.control("GET", "webhooks")["dropped"] == 1


def test_a_stopped_subscription_needs_support(toast: StandIn) -> None:
    subscribe(toast, "order_updated")
    toast.control("POST", "webhooks/pauses", {"stop": True})
    toast.ticks.at += 1e6
    make(toast)
    toast.agenda.run_due()
    states = toast.control("GET", "webhooks")["subscriptions"]
    assert [each["state"] for each in states] == ["stopped"]
    toast.control("DELETE", "webhooks/pauses")
    make(toast)
    toast.agenda.run_due()
    assert len(toast.receiver.taken) == 1


def test_one_category_of_an_address_can_be_dropped(toast: StandIn) -> None:
    subscribe(toast, "order_updated")
    subscribe(toast, "partner")
    left = toast.control("DELETE", "subscriptions", {"url": URL, "eventCategory": "partner"})
    assert [each["eventCategory"] for each in left["items"]] == ["order_updated"]


def test_availability_is_tried_five_times_within_a_minute() -> None:
    waits = [retry.wait_s(500, attempt, "restaurant_availability") for attempt in range(1, 6)]
    told = [wait for wait in waits if wait is not None]
    assert len(told) == 4
    assert sum(told) < 60
    assert told == sorted(told)
    assert waits[4] is None
