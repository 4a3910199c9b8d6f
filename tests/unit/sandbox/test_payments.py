"""Payments by day and by guid, and the tip on one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.ordering import change, make, now_ms, shown

TODAY, TOMORROW = "20261122", "20261123"
WRITES = ("orders:read", "orders.payments:write")


def payments(toast: StandIn, **query: Any) -> list[str]:
    guids: list[str] = toast.get("/orders/v2/payments", **query).get_json()
    return guids


def paid(toast: StandIn, **payment: Any) -> tuple[str, str]:
    """The guids of an order and of its only payment."""
    guid = make(toast)
    order = change(toast, guid, do="pay", payment={"kind": "CASH", **payment})
    return guid, order["checks"][0]["payments"][0]["guid"]


def test_a_payment_is_found_on_each_of_its_days(toast: StandIn) -> None:
    first, refunded = paid(toast)
    second, voided = paid(toast)
    assert {refunded, voided} <= set(payments(toast, paidBusinessDate=TODAY))
    toast.hands.at += 86_400
    change(toast, first, do="refund", amount_cents=100)
    change(toast, second, do="void_payment")
    assert payments(toast, refundBusinessDate=TOMORROW) == [refunded]
    assert payments(toast, voidBusinessDate=TOMORROW) == [voided]
    assert payments(toast, voidBusinessDate=TODAY) == []
    assert {refunded, voided} <= set(payments(toast, paidBusinessDate=TODAY))
    assert refunded not in payments(toast, paidBusinessDate=TOMORROW)


def test_a_void_before_closeout_counts_to_the_evening_before(toast: StandIn) -> None:
    guid, payment = paid(toast)
    # 03:30 in Lagos, half an hour before closeout.
    toast.control("PATCH", f"orders/{guid}", {"do": "void_payment", "at": "2026-11-23T02:30:00Z"})
    assert payments(toast, voidBusinessDate=TODAY) == [payment]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"paidBusinessDate": TODAY, "voidBusinessDate": TODAY},
        {"paidBusinessDate": "2026-11-22"},
        {"businessDate": TODAY},
    ],
)
def test_exactly_one_day_is_asked_for(toast: StandIn, query: dict[str, str]) -> None:
    assert toast.get("/orders/v2/payments", **query).status_code == 400


def test_one_payment_names_its_order_and_check(toast: StandIn) -> None:
    guid, payment = paid(toast)
    told = toast.get(f"/orders/v2/payments/{payment}").get_json()
    order = shown(toast, guid)
    assert told == order["checks"][0]["payments"][0]
    assert (told["orderGuid"], told["checkGuid"]) == (guid, order["checks"][0]["guid"])


def test_payments_of_elsewhere_are_not_found(toast: StandIn) -> None:
    _guid, payment = paid(toast)
    assert toast.get("/orders/v2/payments/nonsense").status_code == 400
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get(f"/orders/v2/payments/{payment}").status_code == 404
    assert payment not in payments(toast, paidBusinessDate=TODAY)


def test_payments_of_a_finished_body_are_found(toast: StandIn) -> None:
    body = {
        "guid": "707df649-0000-4000-8000-000000000000",
        "modifiedDate": "2026-11-20T10:00:00.000Z",
        "businessDate": 20261120,
        "checks": [{"payments": [{"guid": "p1", "paidBusinessDate": 20200101, "type": "NEW"}]}],
    }
    toast.control("POST", "orders", {"body": body})
    assert payments(toast, paidBusinessDate="20200101") == ["p1"]


def test_every_payment_of_the_past_lies_on_its_day(toast: StandIn) -> None:
    orders = [toast.control("GET", f"orders/{held.guid}") for held in toast.platform.book.all()]
    told = {
        payment["guid"]: payment
        for order in orders
        for check in order["checks"]
        for payment in check["payments"]
    }
    for day in {payment["paidBusinessDate"] for payment in told.values()}:
        for guid in payments(toast, paidBusinessDate=day):
            assert told[guid]["paidBusinessDate"] == day
        toast.hands.at += 1


def tip_path(toast: StandIn, guid: str) -> str:
    check = shown(toast, guid)["checks"][0]
    return (
        f"/orders/v2/orders/{guid}/checks/{check['guid']}/payments/{check['payments'][0]['guid']}"
    )


def test_a_tip_is_changed_before_capture_only() -> None:
    toast = StandIn(scopes=WRITES)
    guid, _payment = paid(toast, kind="CREDIT", status="AUTHORIZED")
    path = tip_path(toast, guid)
    answer = toast.http.patch(path, json={"tipAmount": 2.5}, headers=toast.headers())
    assert answer.get_json()["checks"][0]["payments"][0]["tipAmount"] == 2.5
    wrong = toast.http.patch(path, json={"amount": 2.5}, headers=toast.headers())
    assert wrong.status_code == 400
    toast.control("POST", "closeout", {})
    late = toast.http.patch(path, json={"tipAmount": 3}, headers=toast.headers())
    assert late.status_code == 400
    assert shown(toast, guid)["checks"][0]["payments"][0]["tipAmount"] == 2.5


def test_a_tip_needs_the_scope_to_write(toast: StandIn) -> None:
    guid, _payment = paid(toast, kind="OTHER")
    answer = toast.http.patch(tip_path(toast, guid), json={"tipAmount": 1}, headers=toast.headers())
    assert answer.status_code == 403


def test_a_card_is_refunded_within_ninety_days(toast: StandIn) -> None:
    guid, _payment = paid(toast, kind="CREDIT", status="CAPTURED")
    late = {"do": "refund", "amount_cents": 1, "at": "2027-02-21T13:00:00Z"}
    assert now_ms(toast) == 1_795_352_400_000
    assert toast.http.patch(f"/control/orders/{guid}", json=late).status_code == 400
    late["at"] = "2027-02-19T13:00:00Z"
    assert toast.http.patch(f"/control/orders/{guid}", json=late).status_code == 200
