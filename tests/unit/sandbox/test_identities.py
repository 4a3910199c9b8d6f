"""What must add up to the cent, whatever was rung up, paid, refunded and rounded."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.toast.identity import identify
from sandbox.toast.merchant import TaxRate
from sandbox.toast.mutation import mutate
from sandbox.toast.order import Charge, Check, Line, Order
from sandbox.toast.places import NEW_YORK
from sandbox.toast.pricing import price_check
from tests.unit.sandbox.test_arithmetic import AT_MS, checks, live, one, shown, total

CENT = Decimal("0.01")
PAID = ("VOIDED", "DENIED", "ERROR", "CANCELLED")
ROUNDED = {
    "HALF_UP": ROUND_HALF_UP,
    "HALF_EVEN": ROUND_HALF_EVEN,
    "ALWAYS_UP": ROUND_UP,
    "ALWAYS_DOWN": ROUND_DOWN,
}

categories = st.sampled_from(["SERVICE_CHARGE", "FUNDRAISING_CAMPAIGN"])
charges = st.lists(
    st.builds(
        Charge,
        name=st.just("Charge"),
        amount_cents=st.integers(0, 900),
        percent=st.sampled_from([None, 7.5]),
        gratuity=st.booleans(),
        taxable=st.booleans(),
        category=categories,
        facilitated=st.sampled_from([[], ["State 4%"]]),
        taxes=st.sampled_from([None, ["City 4.5%"]]),
    ),
    max_size=3,
)
payments = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["CASH", "CREDIT", "GIFTCARD", "OTHER", "HOUSE_ACCOUNT"]),
            "amount_cents": st.integers(1, 4_000),
            "tip_cents": st.integers(0, 500),
            "status": st.sampled_from([None, "AUTHORIZED", "CAPTURED", "DENIED", "ERROR"]),
        }
    ),
    max_size=4,
)
extras = st.sampled_from([{}, {"surcharge_percent": 3}, {"round_to_cents": 5}])


def order_of(check: Check) -> Order:
    return identify(Order(guid="o", checks=[check], opened_ms=AT_MS, modified_ms=AT_MS))


def do(order: Order, **wanted: Any) -> dict[str, Any]:
    """The check after it, as a client reads it."""
    mutate(order, NEW_YORK, AT_MS, wanted)
    check: dict[str, Any] = shown(order)["checks"][0]
    return check


def adds_up(check: dict[str, Any]) -> None:
    """Identities 1 and 2 of a check."""
    charged = check["appliedServiceCharges"]
    income = total(each["chargeAmount"] for each in charged if not each["gratuity"])
    assert total(each["price"] for each in live(check)) + income == check["amount"]
    staff = total(each["chargeAmount"] for each in charged if each["gratuity"])
    due = check["amount"] + check["taxAmount"] + staff
    worth = (each for each in check["payments"] if each["paymentStatus"] not in PAID)
    balance = due - total(each["amount"] for each in worth)
    assert (check["paymentStatus"] == "OPEN") == (balance > 0)


@given(checks, charges, payments, extras)
def test_amount_and_balance_hold_however_it_is_paid(
    check: Check, extra: list[Charge], tenders: list[dict[str, Any]], way: dict[str, int]
) -> None:
    check.charges += extra
    order = order_of(check)
    for tender in tenders:
        adds_up(do(order, do="pay", payment=tender, **way))
    adds_up(do(order, do="pay", payment={"kind": "CASH"}, **way))
    assert shown(order)["checks"][0]["paymentStatus"] != "OPEN"
    for payment in order.checks[0].payments:
        if payment.status != "CAPTURED":
            adds_up(do(order, do="void_payment", payment=payment.guid))


@given(checks, charges, st.data())
def test_a_refund_is_the_sum_of_what_it_names(
    check: Check, extra: list[Charge], data: st.DataObject
) -> None:
    check.charges += extra
    order = order_of(check)
    lines = [each.guid for each in check.lines if each.voided_ms is None]
    charged = [each.guid for each in check.charges]
    some = data.draw(st.lists(st.sampled_from(lines), unique=True)) if lines else []
    others = data.draw(st.lists(st.sampled_from(charged), unique=True)) if charged else []
    priced = price_check(check, NEW_YORK)
    cents = sum(each.price + each.tax for each in priced.lines if each.line.guid in some)
    cents += sum(each.cents + each.tax for each in priced.charges if each.charge.guid in others)
    if not cents:
        return
    do(order, do="pay", payment={"kind": "CASH"})
    split(do(order, do="refund", lines=some, charges=others), {*some, *others})
    # A price that comes down afterwards doesn't change what went back.
    split(do(order, do="discount", percent=50), {*some, *others})


def split(check: dict[str, Any], named: set[str]) -> None:
    parts = [*check["selections"], *check["appliedServiceCharges"]]
    details = {each["guid"]: each["refundDetails"] for each in parts if each["refundDetails"]}
    assert set(details) == named
    refund = check["payments"][0]["refund"]
    assert refund["refundAmount"] == total(
        each["refundAmount"] + each["taxRefundAmount"] for each in details.values()
    )
    assert {each["refundTransaction"]["guid"] for each in details.values()} == {
        refund["refundTransaction"]["guid"]
    }


def test_a_refunded_parent_holds_its_modifiers() -> None:
    rings = Line(name="Rings", price_cents=200, modifiers=[Line(name="Hot", price_cents=50)])
    order = order_of(Check(lines=[Line(name="Burger", price_cents=1_200, modifiers=[rings])]))
    do(order, do="pay", payment={"kind": "CASH"})
    item = do(order, do="refund")["selections"][0]
    assert item["refundDetails"]["refundAmount"] == Decimal("14.5")
    assert item["modifiers"][0]["refundDetails"] is None


def test_two_payments_give_back_different_items() -> None:
    lines = [Line(name="a", price_cents=1_000, taxes=[]), Line(name="b", price_cents=700, taxes=[])]
    order = order_of(Check(lines=lines))
    first, second = (each.guid for each in order.checks[0].lines)
    do(order, do="pay", payment={"kind": "CASH", "amount_cents": 1_000})
    do(order, do="pay", payment={"kind": "CASH"})
    one_, other = (each.guid for each in order.checks[0].payments)
    do(order, do="refund", payment=one_, lines=[first])
    check = do(order, do="refund", payment=other)
    refunds = [each["refund"]["refundAmount"] for each in check["payments"]]
    assert refunds == [10, 7]
    transactions = [each["refundDetails"]["refundTransaction"] for each in check["selections"]]
    assert transactions[0] != transactions[1]
    with pytest.raises(ValueError, match="only once"):
        do(order, do="refund", payment=other, lines=[second])


@given(
    st.lists(st.tuples(st.integers(1, 3_000), st.sampled_from([1, 2, 1.25])), min_size=1),
    st.lists(
        st.tuples(st.sampled_from(sorted(ROUNDED)), st.decimals("0.001", "0.3", places=5)),
        min_size=1,
        max_size=3,
    ),
)
def test_each_rate_rounds_its_own_way_item_by_item(
    items: list[tuple[int, float]], rates: list[tuple[str, Decimal]]
) -> None:
    taxes = tuple(
        TaxRate(f"{number}", rate, rounding=rounding)
        for number, (rounding, rate) in enumerate(rates)
    )
    place = replace(NEW_YORK, taxes=taxes)
    lines = [Line(name="x", price_cents=cents, quantity=quantity) for cents, quantity in items]
    check = one(Check(lines=lines), place)
    expected = Decimal(0)
    for item in check["selections"]:
        parts = [
            (item["price"] * tax.rate).quantize(CENT, rounding=ROUNDED[tax.rounding])
            for tax in taxes
        ]
        assert item["tax"] == total(parts)
        expected += total(parts)
    assert check["taxAmount"] == expected
