"""The end of a business day: captures, fees, and what stays open."""

from __future__ import annotations

from pathlib import Path

from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.ordering import change, make, refused, shown

CARD = {"kind": "CREDIT", "status": "AUTHORIZED"}


def test_waiting_cards_are_captured_and_their_orders_closed(toast: StandIn) -> None:
    paid, unpaid = make(toast), make(toast)
    order = change(toast, paid, do="pay", payment=CARD)
    payment = order["checks"][0]["payments"][0]
    assert (order["closedDate"], payment["originalProcessingFee"]) == (None, None)
    change(toast, paid, do="tip", tip_cents=200)
    toast.hands.at += 3_600
    told = toast.control("POST", "closeout", {})
    assert told == {"business_date": 20261122, "guids": [paid]}
    order = shown(toast, paid)
    payment = order["checks"][0]["payments"][0]
    assert (payment["paymentStatus"], payment["tipAmount"]) == ("CAPTURED", 2)
    assert payment["originalProcessingFee"] > 0
    assert order["checks"][0]["paymentStatus"] == "CLOSED"
    assert order["closedDate"] == order["modifiedDate"] == "2026-11-22T14:00:00.000+0000"
    assert shown(toast, unpaid)["checks"][0]["paymentStatus"] == "OPEN"
    assert shown(toast, unpaid)["closedDate"] is None
    assert "AUTHORIZED" in refused(toast, paid, do="tip", tip_cents=300)


def test_cards_of_a_later_day_wait(toast: StandIn) -> None:
    guid = make(toast)
    change(toast, guid, do="pay", payment=CARD)
    told = toast.control("POST", "closeout", {"business_date": 20261121})
    assert told["guids"] == []


def test_a_closed_out_day_has_nothing_left_to_capture(toast: StandIn) -> None:
    change(toast, make(toast), do="pay", payment=CARD)
    assert len(toast.control("POST", "closeout", {})["guids"]) == 1
    assert toast.control("POST", "closeout", {})["guids"] == []


def test_a_partly_paid_order_stays_open(toast: StandIn) -> None:
    guid = make(toast)
    change(toast, guid, do="pay", payment={**CARD, "amount_cents": 500})
    toast.control("POST", "closeout", {})
    order = shown(toast, guid)
    assert order["checks"][0]["payments"][0]["paymentStatus"] == "CAPTURED"
    assert (order["closedDate"], order["checks"][0]["paymentStatus"]) == (None, "OPEN")


def test_a_reopened_check_is_closed_again(toast: StandIn) -> None:
    guid = make(toast)
    change(toast, guid, do="pay", payment=CARD)
    toast.control("POST", "closeout", {})
    assert change(toast, guid, do="reopen")["checks"][0]["paymentStatus"] == "PAID"
    voided = change(toast, guid, do="void_payment")
    assert voided["checks"][0]["paymentStatus"] == "OPEN"


def test_subscribers_are_told_of_captures(toast: StandIn) -> None:
    change(toast, make(toast), do="pay", payment=CARD)
    toast.control("POST", "subscriptions", {"url": "http://receiver.test/hook"})
    toast.control("POST", "closeout", {})
    assert toast.agenda.run_due() == 1


def test_captures_outlive_a_restart(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    guid = make(first)
    change(first, guid, do="pay", payment=CARD)
    first.control("POST", "closeout", {})
    assert shown(StandIn(data=tmp_path), guid) == shown(first, guid)
