"""What each bill comes to, and that it is what a till states of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.check_sums import CheckSums, check_sums
from rules.order_totals import totals
from rules.records import OrderRecord
from tests.factories import charge, check, line, order, payment, tax

D = Decimal


def two_bills(**facts: object) -> OrderRecord:
    plain = {
        "checks": (check("c1"), check("c2", 1)),
        "lines": (
            line("l1", "10.00", "0.83"),
            line("l2", "4.00", "0.33", check_id="c2"),
        ),
        "payments": (payment("p1", "10.83"),),
    }
    return order(**{**plain, **facts})


def test_each_bill_has_its_own_lines_and_payments() -> None:
    assert check_sums(two_bills(), "USD") == {
        "c1": CheckSums(D("10.00"), D("0.83"), D("10.83"), D("10.83")),
        "c2": CheckSums(D("4.00"), D("0.33"), D("4.33"), D(0)),
    }


@pytest.mark.parametrize(
    ("currency", "paid", "rounding"),
    [
        ("USD", "10.82", "0.01"),
        ("USD", "10.84", "-0.01"),
        ("USD", "10.81", "0"),
        ("JPY", "10.00", "0.83"),
        ("JPY", "9.00", "0"),
    ],
)
def test_what_a_settled_bill_is_off_by_is_rounding_up_to_a_minor_unit(
    currency: str, paid: str, rounding: str
) -> None:
    bills = (check("c1", settled=True), check("c2", 1))
    found = check_sums(two_bills(checks=bills, payments=(payment("p1", paid),)), currency)
    assert (found["c1"].rounding, found["c2"].rounding) == (D(rounding), D(0))
    gone = two_bills(checks=(check("c1", settled=True, voided=True),), payments=())
    assert check_sums(gone, currency)["c1"].rounding == 0


@pytest.mark.parametrize(
    ("facts", "ties"),
    [
        ({"amount": D("12.00"), "tax": D("0.83")}, True),
        ({}, True),
        ({"amount": D("12.01")}, False),
        ({"tax": D("0.82")}, False),
        # 10.00, 2.00 and 0.83 are due, and 1.00 to staff.
        ({"settled": True}, False),
        ({"settled": True, "amount": D("12.00"), "voided": True}, True),
    ],
)
def test_a_bill_ties_unless_something_else_is_stated(facts: dict[str, Any], ties: bool) -> None:
    charges = (charge("house", "2.00"), charge("staff", "1.00", gratuity=True))
    record = two_bills(checks=(check("c1", **facts),), charges=charges)
    assert check_sums(record, "USD")["c1"].ties is ties
    settled = replace(record, payments=(payment("p1", "13.83"),))
    assert check_sums(settled, "USD")["c1"].ties is (ties or facts == {"settled": True})


def test_modifiers_are_in_their_line_and_voided_lines_in_none() -> None:
    lines = (
        line("l1", "14.50", "1.20"),
        line("m1", "2.50", parent_id="l1"),
        line("v1", "9.00", "0.74", voided=True),
    )
    assert check_sums(two_bills(lines=lines), "USD")["c1"].due == D("15.70")


def test_gratuities_are_due_but_no_part_of_the_amount() -> None:
    charges = (
        charge("house", "3.00"),
        charge("staff", "2.00", gratuity=True),
        charge("cause", "1.00", category="FUNDRAISING_CAMPAIGN"),
        charge("card", "0.25", category="CREDIT_CARD_SURCHARGE"),
        charge("cash", "-0.02", category="CASH_ROUNDING"),
    )
    taxes = (tax("0.2475", "0.0825", charge_id="house"), tax("0.2", charge_id="staff"))
    found = check_sums(two_bills(charges=charges, taxes=taxes), "USD")["c1"]
    # 10.00 + 3.00 + 1.00 + 0.25 - 0.02, then 2.00 more and 0.83 + 0.25 + 0.20 of tax.
    assert (found.amount, found.due) == (D("14.23"), D("17.51"))


def test_a_gift_card_is_no_sale_but_due() -> None:
    lines = (line("l1", "10.00", "0.83"), line("card", "50.00", "1.00", deferred=True))
    record = two_bills(lines=lines)
    assert check_sums(record, "USD")["c1"] == CheckSums(
        *(D("60.00"), D("1.83"), D("61.83"), D("10.83"))
    )
    assert totals(record, "USD").total == D("10.83")


def test_nothing_is_due_on_a_bill_that_is_gone() -> None:
    gone = (check("c1", voided=True), check("c2", 1, deleted=True))
    charges = (charge("s1", "2.00"),)
    found = check_sums(two_bills(checks=gone, charges=charges), "USD")
    assert found == {"c1": CheckSums(paid=D("10.83")), "c2": CheckSums()}


def test_nothing_is_due_of_an_order_that_is_gone_but_its_money_is_told() -> None:
    for how in ({"voided": True}, {"deleted": True}):
        found = check_sums(two_bills(**how), "USD")
        assert found["c1"] == CheckSums(paid=D("10.83"))
        assert found["c2"] == CheckSums()


def test_refused_payments_paid_nothing_and_tips_are_apart() -> None:
    payments = (
        payment("p1", "5.00", tip="2.00"),
        payment("p2", "5.83", counts=False),
        replace(payment("p3", "1.00"), check_id="unknown"),
    )
    assert check_sums(two_bills(payments=payments), "USD")["c1"].paid == D("5.00")


def test_parts_of_bills_that_are_not_told_are_left_alone() -> None:
    assert check_sums(two_bills(checks=()), "USD") == {}


CENTS = st.integers(0, 99_999).map(lambda n: D(n) / 100)


@given(
    prices=st.lists(st.tuples(CENTS, CENTS, st.booleans(), st.booleans()), max_size=6),
    charged=st.lists(st.tuples(CENTS, st.booleans(), CENTS), max_size=4),
)
def test_bills_add_up_to_the_order_and_to_what_was_deferred(
    prices: list[tuple[Decimal, Decimal, bool, bool]], charged: list[tuple[Decimal, bool, Decimal]]
) -> None:
    record = order(
        checks=(check("c1"), check("c2", 1)),
        lines=[
            line(
                f"l{i}",
                str(net),
                str(tax),
                voided=voided,
                deferred=deferred,
                check_id=f"c{i % 2 + 1}",
            )
            for i, (net, tax, voided, deferred) in enumerate(prices)
        ],
        charges=[
            charge(f"s{i}", str(amount), gratuity=staff, tax=tax)
            for i, (amount, staff, tax) in enumerate(charged)
        ],
    )
    sums, bills = totals(record, "USD"), check_sums(record, "USD").values()
    assert sum(bill.due for bill in bills) == sums.total + sums.deferred
    of_deferred = sum((x.amount for x in record.lines if x.deferred and not x.voided), D(0))
    assert sum(bill.amount for bill in bills) == sums.net + sums.fundraising + of_deferred
