"""Events by category: what each carries or points at, and that none is taken for understood."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.errors import SkippedRecord
from connectors import platforms
from connectors.base.contract import LOCATIONS, Delivery, Hint
from connectors.toast.webhook import ToastWebhook
from tests.conformance.samples import named_deliveries
from tests.unit.connectors.site import CONNECTOR, PLACE

AT = datetime(2026, 3, 6, 18, 20, 41, tzinfo=UTC)
ITEM = "00000001-0000-4000-8000-0000000000a1"
ORDER = "0000000d-0000-4000-8000-000000000306"
webhook = ToastWebhook()
samples = named_deliveries(platforms()["toast"])


def told(category: str, details: object, event_type: str = "", **headers: str) -> Delivery:
    body = {
        "timestamp": "2026-03-06T18:20:41.000Z",
        "eventCategory": category,
        "eventType": event_type,
        "guid": "e",
        "details": details,
    }
    return Delivery({k.replace("_", "-"): v for k, v in headers.items()}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("sample", "hint"),
    [
        ("menus_updated", Hint("menus", PLACE, location=PLACE)),
        ("availability_toggled", Hint("availability", PLACE, location=PLACE)),
        ("guest_order_closed", Hint("orders", ORDER, location=PLACE)),
        ("partner_added", Hint(LOCATIONS, "22222222-2222-4222-8222-222222222299")),
        ("partner_removed", Hint(LOCATIONS, "22222222-2222-4222-8222-222222222299")),
        ("partner_updated", Hint(LOCATIONS, "22222222-2222-4222-8222-222222222299")),
    ],
)
def test_some_events_only_point_at_something(sample: str, hint: Hint):
    assert webhook.parse(samples[sample]) == (hint,)


@pytest.mark.parametrize("sample", ["guest_order_ready", "ordering_schedule", "packaging"])
def test_some_hold_nothing_that_is_kept(sample: str):
    assert webhook.parse(samples[sample]) == ()


@pytest.mark.parametrize(
    ("sample", "status", "quantity"),
    [("stock_out", "out of stock", None), ("stock_low", "low", 3), ("stock_in", "in stock", None)],
)
def test_stock_comes_whole_as_of_the_event(sample: str, status: str, quantity: int | None):
    (hint,) = webhook.parse(samples[sample])
    assert (hint.stream, hint.id, hint.location) == ("stock", ITEM, PLACE)
    assert hint.record
    found = CONNECTOR.read(hint.record)
    assert (found.item_id, found.location_id, found.version) == (ITEM, PLACE, AT)
    assert (found.status, found.quantity, found.shared_id) == (status, quantity, "500000000001")


def test_an_opening_comes_whole_as_of_the_event():
    (hint,) = webhook.parse(samples["availability_offline"])
    assert hint.record
    found = CONNECTOR.read(hint.record)
    assert (found.location_id, found.open, found.version) == (PLACE, False, AT)
    assert found.reason == "The restaurant has no connection."


def test_the_restaurant_may_stand_in_the_header():
    (hint,) = webhook.parse(told("menus", {}, toast_restaurant_external_id=PLACE))
    assert hint.location == PLACE


@pytest.mark.parametrize("status", ["CLOSED", "VOIDED"])
def test_an_order_that_is_over_is_fetched(status: str):
    details = {"orderGuid": "o", "restaurantGuid": PLACE, "guestOrderStatus": status}
    (hint,) = webhook.parse(told("guest_order_status", details))
    assert (hint.id, hint.record) == ("o", None)


@pytest.mark.parametrize(
    ("category", "header", "event_type"),
    [
        ("partner", "partners", "x"),
        ("partners", "", "x"),
        ("", "partners", ""),
        ("", "", "partner_added"),
    ],
)
def test_the_category_stands_in_body_or_header_or_follows_from_the_type(
    category: str, header: str, event_type: str
):
    delivery = told(category, {"restaurantGuid": PLACE}, event_type, toast_event_category=header)
    assert webhook.parse(delivery) == (Hint(LOCATIONS, PLACE),)


def test_an_unknown_category_is_parked_and_named():
    with pytest.raises(SkippedRecord) as caught:
        webhook.parse(samples["unknown_category"])
    assert caught.value.code == "toast.event_unknown"
    assert "'robot_waiter'" in caught.value.sentence
    assert "'robot_waiter_fell_over'" in caught.value.sentence
    assert "kept as it came" in caught.value.next_step


def test_a_known_type_of_an_unknown_category_is_not_taken_for_known():
    with pytest.raises(SkippedRecord) as caught:
        webhook.parse(told("stock_of_tomorrow", {"restaurantGuid": PLACE}, "out_of_stock"))
    assert caught.value.code == "toast.event_unknown"


def test_without_any_category_it_is_unknown_too():
    with pytest.raises(SkippedRecord) as caught:
        webhook.parse(told("", {"restaurantGuid": PLACE}))
    assert caught.value.code == "toast.event_unknown"


@pytest.mark.parametrize(
    ("category", "details", "reason"),
    [
        ("menus", {}, "names no restaurant"),
        ("partner", None, "names no restaurant"),
        ("stock", {"restaurantGuid": PLACE}, "names no item"),
        ("stock", {"restaurantGuid": PLACE, "itemGuid": 5}, "itemGuid"),
        ("stock", [], "object"),
        (
            "guest_order_status",
            {"restaurantGuid": PLACE, "guestOrderStatus": "VOIDED"},
            "names no order",
        ),
    ],
)
def test_an_event_without_what_it_is_about_says_so(category: str, details: Any, reason: str):
    with pytest.raises(SkippedRecord, match=reason) as caught:
        webhook.parse(told(category, details))
    assert caught.value.code == "toast.event_unreadable"


def test_stock_without_a_time_is_parked():
    body = json.dumps(
        {
            "timestamp": "lately",
            "eventCategory": "stock",
            "details": {"itemGuid": "i", "restaurantGuid": PLACE, "status": "IN_STOCK"},
        }
    )
    with pytest.raises(SkippedRecord, match="its timestamp is none"):
        webhook.parse(Delivery({}, body.encode()))
