"""Every category of event, and what becomes of it."""

from typing import Any

import pytest

from tests.integration.tasks.asked import connection, control, deliveries, one
from tests.scenarios.toast.kitchen import Kitchen


def _send(kitchen: Kitchen, category: str, **more: Any) -> Any:
    control(kitchen, "webhooks/events", {"eventCategory": category, **more})
    kitchen.receive()
    return deliveries(kitchen)[-1]


def test_an_opening_is_told_where_the_place_is_shown(kitchen: Kitchen) -> None:
    kitchen.read("availability")
    assert _send(kitchen, "restaurant_availability", status="OFFLINE").state == "done"
    query = "SELECT taking_orders FROM locations WHERE connection_id = :c"
    assert one(query, c=kitchen.connection_id).taking_orders is False


@pytest.mark.parametrize("category", ["ordering_schedule", "packaging"])
def test_what_bears_on_nothing_is_understood_and_done(kitchen: Kitchen, category: str) -> None:
    assert _send(kitchen, category).state == "done"


def test_an_unknown_one_is_parked_with_its_reason(kitchen: Kitchen) -> None:
    row = _send(kitchen, "moon", eventType="moon_rose")
    assert (row.state, row.error_code) == ("parked", "toast.event_unknown")
    assert "moon_rose" in row.error
    assert row.next_step
    assert connection(kitchen).status == "connected"


def test_an_order_that_its_guest_is_told_of_is_read_as_it_is(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    channel = "0000000c-0000-4000-8000-000000000000"
    guid = kitchen.ring_up(noon, 1000, channel_guid=channel)
    kitchen.pay(guid, noon)
    assert _send(kitchen, "guest_order_status", order=guid, status="CLOSED").state == "done"
    assert kitchen.order(guid).state == "closed"
    assert f"{kitchen.order(guid).total:.2f}" == "11.00"
