"""What happens to an order after it was rung up, seen through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.merchant_client import StandIn

LINES = [{"name": "Suya", "price_cents": 1_000}, {"name": "Rice", "price_cents": 500}]


@pytest.fixture
def guid(toast: StandIn) -> str:
    order = {"checks": [{"lines": LINES}]}
    made: str = toast.control("POST", "orders", {"order": order})["guids"][0]
    return made


def change(toast: StandIn, guid: str, **wanted: Any) -> dict[str, Any]:
    order: dict[str, Any] = toast.control("PATCH", f"orders/{guid}", wanted)
    return order


def refused(toast: StandIn, guid: str, **wanted: Any) -> str:
    answer = toast.http.patch(f"/control/orders/{guid}", json=wanted)
    assert answer.status_code == 400
    message: str = answer.get_json()["message"]
    return message


def card(cents: int, **more: Any) -> dict[str, Any]:
    return {"kind": "CREDIT", "amount_cents": cents, "status": "CAPTURED", **more}


def test_paying_closes(toast: StandIn, guid: str) -> None:
    check = change(toast, guid, do="pay")["checks"][0]
    assert check["paymentStatus"] == "CLOSED"
    assert sum(each["amount"] for each in check["payments"]) == 16.13


def test_a_card_that_waits_for_its_tip_is_paid_not_closed(toast: StandIn, guid: str) -> None:
    payment = card(1_613, status="AUTHORIZED")
    check = change(toast, guid, do="pay", payment=payment)["checks"][0]
    assert check["paymentStatus"] == "PAID"


def test_part_of_the_money_leaves_it_open(toast: StandIn, guid: str) -> None:
    order = change(toast, guid, do="pay", payment=card(600))
    assert order["checks"][0]["paymentStatus"] == "OPEN"
    assert order["closedDate"] is None


def test_a_voided_item_no_longer_counts(toast: StandIn, guid: str) -> None:
    check = change(toast, guid, do="void_item", reason="Cold")["checks"][0]
    assert check["amount"] == 5
    assert check["selections"][0]["voided"]
    assert check["selections"][0]["voidReason"]["entityType"] == "VoidReason"
    assert check["selections"][0]["tax"] == 0


def test_a_voided_order_comes_to_nothing(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613, status="AUTHORIZED"))
    order = change(toast, guid, do="void_order")
    check = order["checks"][0]
    assert order["voided"]
    assert check["voided"]
    assert order["voidBusinessDate"] == 20261122
    assert (check["amount"], check["taxAmount"], check["totalAmount"]) == (0, 0, 0)
    assert check["payments"][0]["paymentStatus"] == "VOIDED"
    assert check["payments"][0]["voidInfo"]["voidBusinessDate"] == 20261122


def test_a_refund_of_one_line_falls_on_its_own_day(toast: StandIn, guid: str) -> None:
    order = change(toast, guid, do="pay", payment=card(1_613, tip_cents=200))
    line = order["checks"][0]["selections"][0]["guid"]
    toast.hands.at += 86_400
    order = change(toast, guid, do="refund", lines=[line])
    check = order["checks"][0]
    payment, item = check["payments"][0], check["selections"][0]
    assert payment["refundStatus"] == "PARTIAL"
    assert payment["refund"]["refundAmount"] == 10.75
    assert payment["refund"]["refundBusinessDate"] == order["businessDate"] + 1
    assert item["refundDetails"]["refundAmount"] == 10
    assert item["refundDetails"]["taxRefundAmount"] == 0.75
    transaction = payment["refund"]["refundTransaction"]["guid"]
    assert item["refundDetails"]["refundTransaction"]["guid"] == transaction
    assert check["totalAmount"] == 18.13
    assert check["selections"][1]["refundDetails"] is None


def test_a_custom_refund_has_no_split(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613))
    check = change(toast, guid, do="refund", amount_cents=300)["checks"][0]
    assert check["payments"][0]["refund"]["refundAmount"] == 3
    assert all(each["refundDetails"] is None for each in check["selections"])


def test_what_toast_does_not_refund(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment={"kind": "OTHER", "amount_cents": 1_613})
    assert "can't be refunded" in refused(toast, guid, do="refund")


def test_a_captured_card_is_not_voided(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613))
    assert "only be refunded" in refused(toast, guid, do="void_order")


def test_a_wrong_shape_is_refused_with_the_place(toast: StandIn, guid: str) -> None:
    payment = {"kind": "SHELLS", "amount_cents": 5}
    assert "$.kind" in refused(toast, guid, do="pay", payment=payment)


def test_a_payment_is_refunded_once(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613))
    change(toast, guid, do="refund", amount_cents=300)
    assert "only once" in refused(toast, guid, do="refund", amount_cents=300)


def test_a_tip_is_replaced_and_enters_the_total(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613, tip_cents=100, status="AUTHORIZED"))
    check = change(toast, guid, do="tip", tip_cents=250)["checks"][0]
    assert check["payments"][0]["tipAmount"] == 2.5
    assert check["totalAmount"] == 18.63
    toast.control("POST", "closeout", {})
    assert "AUTHORIZED" in refused(toast, guid, do="tip", tip_cents=300)


def test_a_reopened_order_is_due_what_is_added(toast: StandIn, guid: str) -> None:
    change(toast, guid, do="pay", payment=card(1_613))
    order = change(toast, guid, do="reopen")
    assert (order["closedDate"], order["checks"][0]["paymentStatus"]) == (None, "PAID")
    order = change(toast, guid, do="add_item", item=LINES[0])
    assert order["checks"][0]["paymentStatus"] == "OPEN"


def test_a_deleted_order_says_when(toast: StandIn, guid: str) -> None:
    before = toast.control("GET", f"orders/{guid}")
    assert (before["deleted"], before["deletedDate"]) == (False, "1970-01-01T00:00:00.000+0000")
    after = change(toast, guid, do="delete")
    assert (after["deleted"], after["deletedDate"]) == (True, "2026-11-22T13:00:00.000+0000")


def test_a_promised_order_counts_to_the_promised_day(toast: StandIn, guid: str) -> None:
    later = (int(toast.hands.at) + 3 * 86_400) * 1_000
    order = change(toast, guid, do="promise", promised_ms=later)
    assert (order["approvalStatus"], order["businessDate"]) == ("FUTURE", 20261125)


def test_an_unknown_mutation_is_refused_with_the_list(toast: StandIn, guid: str) -> None:
    assert "add_item" in refused(toast, guid, do="burn")


def test_a_finished_body_is_served_as_it_is(toast: StandIn) -> None:
    guid = "707df649-0000-4000-8000-000000000000"
    body = {
        "guid": guid,
        "modifiedDate": "2026-11-20T10:00:00.000Z",
        "businessDate": 20261120,
        "approvalStatus": "SOMETHING_NEW",
        "checks": [{"amount": 121.69, "selections": [{"quantity": 1, "receiptLinePrice": 9.5}]}],
    }
    toast.control("POST", "orders", {"body": body})
    assert toast.get(f"/orders/v2/orders/{guid}").get_json() == body
    assert "finished body" in refused(toast, guid, do="pay")


def test_the_past_holds_one_of_every_special(toast: StandIn) -> None:
    orders = [toast.control("GET", f"orders/{held.guid}") for held in toast.platform.book.all()]
    checks = [check for order in orders for check in order["checks"]]
    items = [item for check in checks for item in check["selections"]]
    payments = [payment for check in checks for payment in check["payments"]]
    assert any(item["modifiers"] for item in items)
    assert any(item["appliedDiscounts"] for item in items)
    assert any(check["appliedDiscounts"] for check in checks)
    assert any(each["gratuity"] for check in checks for each in check["appliedServiceCharges"])
    assert any(item["voided"] and not order["voided"] for order in orders for item in items)
    assert any(order["voided"] for order in orders)
    assert any(payment["refund"] for payment in payments)
    assert any(check["customer"] for check in checks)
    assert any(order["approvalStatus"] == "FUTURE" for order in orders)
    assert any(check["paymentStatus"] == "OPEN" for check in checks)
    assert {"CASH", "CREDIT", "OTHER"} == {payment["type"] for payment in payments}
