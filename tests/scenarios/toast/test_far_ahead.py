"""Events that are stamped far ahead: what they tell is asked for, and nothing newer is stopped."""

import json
from datetime import timedelta

import pytest

from config import clock
from connectors.toast.timestamps import timestamp
from sandbox.toast.webhook.signature import sign
from tests.integration.tasks.asked import connection, control, deliveries, one
from tests.scenarios.toast.kitchen import Kitchen

NEVER = "9999-12-31T23:59:59.999+0000"


def _received_as_of(kitchen: Kitchen, stamp: str) -> None:
    """What the platform sent comes with another instant."""
    kitchen.till.platform.webhooks.agenda.run_due()
    for n, (body, headers) in enumerate(kitchen.posted):
        stamped = json.dumps({**json.loads(body), "timestamp": stamp}).encode()
        signature = sign(stamped, stamp, kitchen.secret)
        kitchen.posted[n] = stamped, {**headers, "Toast-Signature": signature}
    kitchen.receive()
    assert deliveries(kitchen)[-1].state == "done"


def _status(kitchen: Kitchen) -> str:
    query = (
        "SELECT s.status FROM stock_levels s JOIN locations l ON l.id = s.location_id"
        " WHERE l.connection_id = :c"
    )
    return str(one(query, c=kitchen.connection_id).status)


def _is_open(kitchen: Kitchen) -> bool:
    query = "SELECT taking_orders FROM locations WHERE connection_id = :c"
    return bool(one(query, c=kitchen.connection_id).taking_orders)


def _tell_stock(kitchen: Kitchen, status: str, *, webhooks: bool = True) -> None:
    [item, *_] = control(kitchen, "menus", method="GET")["items"]
    control(kitchen, "stock", {"item": item, "status": status, "webhooks": webhooks})


def test_stock_that_is_told_as_of_another_age_is_what_the_platform_says_now(
    kitchen: Kitchen,
) -> None:
    _tell_stock(kitchen, "OUT_OF_STOCK")
    _received_as_of(kitchen, NEVER)
    assert _status(kitchen) == "out of stock"
    control(kitchen, "clock", {"offset_s": 60})
    _tell_stock(kitchen, "IN_STOCK")
    kitchen.receive()
    assert _status(kitchen) == "in stock"
    control(kitchen, "clock", {"offset_s": 120})
    _tell_stock(kitchen, "OUT_OF_STOCK", webhooks=False)
    kitchen.read("stock")
    assert _status(kitchen) == "out of stock"


def test_an_opening_that_is_told_as_of_another_age_stops_no_later_one(kitchen: Kitchen) -> None:
    closed = {"eventCategory": "restaurant_availability", "status": "OFFLINE"}
    control(kitchen, "webhooks/events", closed)
    _received_as_of(kitchen, NEVER)
    control(kitchen, "clock", {"offset_s": 60})
    control(kitchen, "webhooks/events", {**closed, "status": "ONLINE"})
    kitchen.receive()
    assert _is_open(kitchen)


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(days=-2)])
def test_what_a_clock_may_be_off_by_is_applied_as_it_was_sent(
    kitchen: Kitchen, ahead: timedelta
) -> None:
    _tell_stock(kitchen, "OUT_OF_STOCK")
    control(kitchen, "faults", [{"route": "/stock", "kind": "status", "status": 503}])
    _received_as_of(kitchen, timestamp(clock.now() + ahead))
    assert _status(kitchen) == "out of stock"
    assert connection(kitchen).status == "connected"
