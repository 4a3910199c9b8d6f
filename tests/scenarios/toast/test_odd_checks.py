"""Checks that are told as the stand-in never makes them, by amounts worked out by hand."""

from typing import Any

from sandbox.toast.merchant import named_guid
from tests.scenarios.toast.kitchen import Kitchen


def test_what_paid_a_check_that_was_deleted_counts_once(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    kitchen.pay(guid, noon)

    def copy(order: dict[str, Any]) -> None:
        [check] = order["checks"]
        order["checks"] = [{**check, "guid": named_guid("copy", guid), "deleted": True}, check]

    kitchen.deliver_as(guid, copy)
    assert kitchen.order(guid).paid == 11
    assert kitchen.day(0) == {
        "net": "10.00", "tax": "1.00", "due": "11.00", "paid_that_day": "11.00",
    }  # fmt: skip


def test_a_cent_that_a_closed_check_lacks_is_rounding(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    kitchen.pay(guid, noon)

    def short(order: dict[str, Any]) -> None:
        order["checks"][0]["payments"][0]["amount"] = 10.99

    kitchen.deliver_as(guid, short)
    assert kitchen.day(0) == {
        "net": "10.00", "tax": "1.00", "due": "11.00", "paid_that_day": "10.99",
        "rounding": "0.01",
    }  # fmt: skip
    [told] = kitchen.api(f"analytics/days?location={kitchen.order(guid).location_id}")["items"]
    assert (told["rounding"], told["unexplained"], told["unexplained_orders"]) == (
        "0.01",
        "0.00",
        0,
    )
    [check] = kitchen.api(f"orders/{kitchen.order(guid).id}")["checks"]
    assert (check["rounding"], check["untied"]) == ("0.01", None)


def test_an_exempt_check_is_not_taxed_by_what_its_items_list(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)

    def exempt(order: dict[str, Any]) -> None:
        order["checks"][0] |= {"taxExempt": True, "taxAmount": 0, "totalAmount": 10}

    kitchen.deliver_as(guid, exempt)
    assert kitchen.day(0) == {"net": "10.00", "due": "10.00", "open": "10.00"}
