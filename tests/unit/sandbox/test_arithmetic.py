"""The identities that hold on every order, whatever was rung up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sandbox.toast import money
from sandbox.toast.body.order import order_json
from sandbox.toast.identity import identify
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Charge, Check, Discount, Line, Order, Payment
from sandbox.toast.places import LAGOS, NEW_YORK
from sandbox.toast.pricing import price_check

AT_MS = 1_795_352_400_000


def shown(order: Order, restaurant: Restaurant = NEW_YORK) -> dict[str, Any]:
    """The order as a client reads it, numbers as decimals."""
    body = msgspec.json.encode(order_json(identify(order), restaurant))
    read: dict[str, Any] = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    return read


def total(parts: Any) -> Decimal:
    return sum(parts, Decimal(0))


discounts = st.lists(
    st.one_of(
        st.builds(Discount, name=st.just("Percent"), percent=st.sampled_from([5, 7.9, 33.3, 100])),
        st.builds(Discount, name=st.just("Off"), amount_cents=st.integers(1, 5_000)),
    ),
    max_size=2,
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    dish = draw(st.sampled_from(dishes(NEW_YORK)))
    line = dish.line(draw(st.sampled_from([1, 2, 3, 0.5, 1.25])), draw(st.integers(0, 2)))
    line.discounts = draw(discounts)
    line.voided_ms = draw(st.sampled_from([None, None, None, AT_MS]))
    for each in line.modifiers:
        each.modifiers = draw(st.sampled_from([[], [Line(name="Hot", price_cents=35)]]))
    return line


charges = st.lists(
    st.builds(
        Charge,
        name=st.just("Charge"),
        percent=st.sampled_from([None, 10, 18]),
        amount_cents=st.integers(0, 900),
        gratuity=st.booleans(),
        taxable=st.booleans(),
        pre_discount=st.booleans(),
    ),
    max_size=2,
)

checks = st.builds(
    Check,
    lines=st.lists(lines(), min_size=1, max_size=5),
    discounts=discounts,
    charges=charges,
    tax_exempt=st.booleans(),
)


def one(check: Check, restaurant: Restaurant = NEW_YORK) -> dict[str, Any]:
    order = Order(guid="o", checks=[check], opened_ms=AT_MS, modified_ms=AT_MS)
    found: dict[str, Any] = shown(order, restaurant)["checks"][0]
    return found


def live(check: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in check["selections"] if not each["voided"]]


@given(checks)
def test_amount_is_live_prices_and_charges_that_are_no_gratuity(given_check: Check) -> None:
    check = one(given_check)
    income = [each for each in check["appliedServiceCharges"] if not each["gratuity"]]
    assert check["amount"] == total(each["price"] for each in live(check)) + total(
        each["chargeAmount"] for each in income
    )


@given(checks)
def test_price_is_full_price_less_item_and_check_discounts_once(given_check: Check) -> None:
    check = one(given_check)
    full = total(each["preDiscountPrice"] for each in live(check))
    on_items = total(
        off["nonTaxDiscountAmount"] for each in live(check) for off in each["appliedDiscounts"]
    )
    on_check = total(off["nonTaxDiscountAmount"] for off in check["appliedDiscounts"])
    assert total(each["price"] for each in live(check)) == full - on_items - on_check


@given(checks)
def test_tax_is_that_of_items_and_charges(given_check: Check) -> None:
    check = one(given_check)
    priced = price_check(given_check, NEW_YORK)
    on_charges = Decimal(sum(each.tax for each in priced.charges)) / 100
    on_items = total(each["tax"] for each in check["selections"])
    assert check["taxAmount"] == on_items + on_charges


@given(checks)
def test_total_is_amount_tax_and_gratuity_until_tips_are_paid(given_check: Check) -> None:
    check = one(given_check)
    staff = [each for each in check["appliedServiceCharges"] if each["gratuity"]]
    due = check["amount"] + check["taxAmount"] + total(each["chargeAmount"] for each in staff)
    assert check["totalAmount"] == due
    cents = int(due * 100)
    given_check.payments = [
        Payment(kind="CREDIT", amount_cents=cents, tip_cents=667, at_ms=AT_MS, status="CAPTURED")
    ]
    paid = one(given_check)
    assert paid["totalAmount"] == due + Decimal("6.67")
    assert paid["paymentStatus"] == "CLOSED"


@given(checks)
def test_a_parents_price_includes_its_modifiers_which_repeat_theirs(given_check: Check) -> None:
    for item in one(given_check)["selections"]:
        if item["taxInclusion"] == "INCLUDED":
            continue
        extras = total(each["preDiscountPrice"] for each in item["modifiers"])
        own = item["receiptLinePrice"] * item["quantity"]
        assert abs(item["preDiscountPrice"] - own - extras) < Decimal("0.01")
        assert all(each["tax"] == 0 for each in item["modifiers"])


@given(checks)
def test_no_figure_but_a_tax_part_has_more_than_two_decimals(given_check: Check) -> None:
    check = one(given_check)
    figures = [check["amount"], check["taxAmount"], check["totalAmount"]]
    for each in check["selections"]:
        figures += [each["price"], each["preDiscountPrice"], each["tax"]]
    assert all(figure == round(figure, 2) for figure in figures)


@given(st.integers(0, 100_000), st.lists(st.integers(0, 10_000), max_size=8))
def test_spreading_loses_no_cent(cents: int, weights: list[int]) -> None:
    parts = money.spread(cents, weights)
    assert sum(parts) == min(cents, sum(weights))
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


def test_a_check_discount_is_spread_as_observed() -> None:
    lines_ = [Line(name="a", price_cents=999), Line(name="b", price_cents=2_000)]
    check = one(Check(lines=lines_, discounts=[Discount(name="d", amount_cents=237)]))
    assert [str(each["price"]) for each in check["selections"]] == ["9.2", "18.42"]
    assert check["amount"] == Decimal("27.62")
    assert all(each["appliedDiscounts"] == [] for each in check["selections"])


def test_a_burger_with_rings_and_onion() -> None:
    rings, onion = Line(name="Rings", price_cents=200), Line(name="Onion", price_cents=50)
    burger = Line(name="Burger", price_cents=1_200, modifiers=[rings, onion])
    item = one(Check(lines=[burger]))["selections"][0]
    assert item["preDiscountPrice"] == item["price"] == Decimal("14.5")
    assert [each["price"] for each in item["modifiers"]] == [2, Decimal("0.5")]


def test_tax_parts_keep_their_decimals_and_the_tax_is_rounded() -> None:
    item = one(Check(lines=[Line(name="Rice", price_cents=100)]), LAGOS)["selections"][0]
    assert item["appliedTaxes"][0]["taxAmount"] == Decimal("0.075")
    assert item["tax"] == Decimal("0.08")


def test_a_price_that_holds_the_tax_is_taken_apart() -> None:
    line = Line(name="Water", price_cents=10_750, tax_included=True)
    item = one(Check(lines=[line]), LAGOS)["selections"][0]
    assert (item["receiptLinePrice"], item["price"], item["tax"]) == (
        Decimal("107.5"),
        100,
        Decimal("7.5"),
    )


def test_a_fixed_tax_survives_a_full_discount() -> None:
    malt = Line(
        name="Malt",
        price_cents=450,
        quantity=2,
        taxes=["State 4%", "Bottle deposit"],
        discounts=[Discount(name="Comp", percent=100)],
    )
    check = one(Check(lines=[malt]))
    assert (check["amount"], check["taxAmount"]) == (0, Decimal("0.1"))
