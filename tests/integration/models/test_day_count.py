"""A day in figures, to the cent: each by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from models import Connection
from rules.records import RefundedPart
from tests.factories import charge, connected, discount, line, store, tax
from tests.integration.models.days import (
    FRIDAY,
    MONDAY,
    SUNDAY,
    TUESDAY,
    bill,
    day,
    days,
    paid,
    refund,
    sold,
    tallied,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def till(database: str) -> Connection:
    """A connection with nothing in the books."""
    return connected()


def test_a_payment_split_over_two_tenders_and_two_bills(till: Connection) -> None:
    both = (bill("c1"), bill("c2"))
    lines = (line("l1", "10.00", "1.00"), line("l2", "5.50", "0.55", check_id="c2"))
    tenders = (
        paid("4.00", external_id="p1"),
        paid("7.00", external_id="p2", tip="1.50"),
        replace(paid("6.05", external_id="p3"), check_id="c2"),
    )
    store(till, sold(checks=both, lines=lines, payments=tenders, guests=3))
    tallied(till)
    assert day(till) == {
        **{"orders": 1, "checks": 2, "guests": 3},
        **{"net": "15.50", "tax": "1.55", "due": "17.05"},
        **{"paid_that_day": "17.05", "tips": "1.50"},
    }


def test_a_bill_paid_in_part_is_open_for_the_rest(till: Connection) -> None:
    both = (bill("c1"), bill("c2", settled=False))
    lines = (line("l1", "10.00", "1.00"), line("l2", "5.50", "0.55", check_id="c2"))
    tenders = (paid("11.00"), replace(paid("2.00", external_id="p2"), check_id="c2"))
    store(till, sold(state="open", checks=both, lines=lines, payments=tenders))
    tallied(till)
    assert day(till) == {
        **{"orders": 1, "checks": 2},
        **{"net": "15.50", "tax": "1.55", "due": "17.05"},
        **{"paid_that_day": "13.00", "open": "4.05"},
    }


def test_what_a_closed_bill_lacks_is_not_explained(till: Connection) -> None:
    store(till, sold(payments=(paid("10.97"),)))
    tallied(till)
    assert (day(till)["unexplained"], day(till)["unexplained_orders"]) == ("0.03", 1)
    assert "open" not in day(till)


def test_a_cent_of_a_closed_bill_is_rounding_more_is_not(till: Connection) -> None:
    both = (bill("c1"), bill("c2"))
    lines = (line("l1", "10.00", "1.00"), line("l2", "5.50", "0.55", check_id="c2"))
    tenders = (paid("10.99"), replace(paid("6.06", external_id="p2"), check_id="c2"))
    store(till, sold("o1", checks=both, lines=lines, payments=tenders))
    store(till, sold("o2", payments=(paid("10.99"),)), sold("o3", payments=(paid("10.98"),)))
    store(till, sold("o4", voided=True, payments=(paid("0.01"),)))
    tallied(till)
    found = day(till)
    # Of o1 one bill lacks a cent and one has a cent too much. A voided order owes nothing.
    assert (found["rounding"], found["unexplained"]) == ("0.01", "0.01")
    assert found["unexplained_orders"] == 2


def test_what_one_lacks_and_another_has_too_much_is_not_explained_twice(till: Connection) -> None:
    store(till, sold(payments=(paid("6.00"),)), sold("o2", payments=(paid("16.00"),)))
    store(till, sold("o3", payments=(paid("11.00"),)))
    tallied(till)
    assert "unexplained" not in day(till)
    assert day(till)["unexplained_orders"] == 2


def test_a_deposit_counts_on_its_day_and_for_that_of_the_order(till: Connection) -> None:
    tenders = (
        paid("4.00", FRIDAY, tip="0.40"),
        paid("6.00", external_id="p2", tip="0.60"),
        paid("1.00", TUESDAY, external_id="p3"),
    )
    store(till, sold(payments=tenders))
    tallied(till)
    assert day(till, FRIDAY) == {"prepaid": "4.00", "tips": "0.40"}
    assert day(till, MONDAY) == {
        **{"orders": 1, "checks": 1, "net": "10.00", "tax": "1.00", "due": "11.00"},
        **{"paid_before": "4.00", "paid_that_day": "6.00", "paid_after": "1.00", "tips": "0.60"},
    }
    assert day(till, TUESDAY) == {"postpaid": "1.00"}


def test_a_refund_of_yesterdays_sale_is_booked_today_by_its_parts(till: Connection) -> None:
    """The platform's own example: burger 5 + 1.50 tax, fee 5, gratuity 2, tip 3, all given back."""
    back = refund("13.50", MONDAY, "3.00")

    def part(amount: str, tax: str = "0") -> tuple[RefundedPart, ...]:
        return (RefundedPart("r1", Decimal(amount), Decimal(tax)),)

    store(
        till,
        sold(
            on=SUNDAY,
            lines=(line("l1", "5.00", "1.50", refunds=part("5.00", "1.50")),),
            charges=(
                replace(charge("s1", "5.00"), refunds=part("5.00")),
                replace(charge("s2", "2.00", gratuity=True), refunds=part("2.00")),
            ),
            payments=(paid("13.50", SUNDAY, tip="3.00", refund=back),),
        ),
    )
    tallied(till)
    assert day(till, MONDAY) == {
        **{"refunded_net": "10.00", "refunded_tax": "1.50", "refunded_gratuities": "2.00"},
        "refunded_tips": "3.00",
    }
    assert day(till, SUNDAY) == {
        **{"orders": 1, "checks": 1, "net": "10.00", "charges": "5.00", "tax": "1.50"},
        **{"gratuities": "2.00", "due": "13.50", "paid_that_day": "13.50", "tips": "3.00"},
    }


def test_tax_that_the_marketplace_remits_is_told_apart_when_given_back(till: Connection) -> None:
    rates = (
        tax("0.60", line_id="l1", remitted_by_marketplace=True),
        tax("0.40", line_id="l1", name="City"),
    )
    back = (RefundedPart("r1", Decimal("10.00"), Decimal("1.00")),)
    given = paid("11.00", SUNDAY, refund=refund("11.00", MONDAY))
    lines = (line("l1", "10.00", "1.00", refunds=back),)
    store(till, sold(on=SUNDAY, lines=lines, taxes=rates, payments=(given,)))
    tallied(till)
    assert day(till, MONDAY) == {
        **{"refunded_net": "10.00", "refunded_tax": "1.00", "refunded_marketplace_tax": "0.60"},
    }


def test_a_refund_of_a_custom_amount_is_sales(till: Connection) -> None:
    given = paid("11.00", SUNDAY, refund=refund("4.00", MONDAY, name=None))
    store(till, sold(on=SUNDAY, payments=(given,)))
    tallied(till)
    assert day(till, MONDAY) == {"refunded_net": "4.00"}


def test_a_gift_card_is_deferred_when_sold_and_a_tender_when_redeemed(till: Connection) -> None:
    card = line("l1", "50.00", deferred=True, kind="TOAST_CARD_SELL")
    redeemed = replace(paid("11.00", external_id="p2"), tender="GIFTCARD")
    store(
        till,
        sold("o1", lines=(card,), payments=(paid("50.00"),)),
        sold("o2", payments=(redeemed,)),
    )
    tallied(till)
    assert day(till) == {
        **{"orders": 2, "checks": 2, "net": "10.00", "tax": "1.00", "deferred": "50.00"},
        **{"due": "61.00", "paid_that_day": "61.00"},
    }


def test_a_house_account_pays_for_a_sale_and_is_paid_off_later(till: Connection) -> None:
    on_account = replace(paid("11.00"), tender="HOUSE_ACCOUNT", house_account_id="h1")
    paid_off = line("l1", "11.00", deferred=True, kind="HOUSE_ACCOUNT_PAY_BALANCE")
    store(
        till,
        sold("o1", payments=(on_account,)),
        sold("o2", TUESDAY, lines=(paid_off,), payments=(paid("11.00", TUESDAY),)),
    )
    tallied(till)
    assert day(till, MONDAY)["paid_that_day"] == "11.00"
    assert day(till, TUESDAY) == {
        **{"orders": 1, "checks": 1, "deferred": "11.00", "due": "11.00"},
        "paid_that_day": "11.00",
    }


def test_tax_that_the_marketplace_remits_is_told_apart(till: Connection) -> None:
    rates = (
        tax("0.60", line_id="l1", remitted_by_marketplace=True),
        tax("0.40", line_id="l1", name="City"),
    )
    store(till, sold(taxes=rates, payments=(paid("11.00"),)))
    tallied(till)
    found = day(till)
    assert (found["tax"], found["marketplace_tax"]) == ("1.00", "0.60")


def test_discounts_charges_gratuities_and_what_goes_to_a_cause(till: Connection) -> None:
    charges = (
        charge("s1", "2.00"),
        charge("s2", "3.00", gratuity=True),
        charge("s3", "0.50", category="FUNDRAISING_CAMPAIGN"),
    )
    store(
        till,
        sold(discounts=(discount(amount="1.25"),), charges=charges, payments=(paid("16.50"),)),
    )
    tallied(till)
    assert day(till) == {
        **{"orders": 1, "checks": 1, "net": "12.00", "discounts": "1.25", "charges": "2.00"},
        **{"gratuities": "3.50", "fundraising": "0.50", "tax": "1.00", "due": "16.50"},
        "paid_that_day": "16.50",
    }


def test_tests_and_waste_are_no_part_of_a_day(till: Connection) -> None:
    given = paid("11.00", refund=refund("5.00", MONDAY))
    store(
        till,
        sold("o1", payments=(paid("11.00"),)),
        sold("o2", not_sale_reason="test", payments=(given,)),
        sold("o3", not_sale_reason="waste", on=TUESDAY, payments=()),
    )
    tallied(till)
    assert day(till) == {
        **{"orders": 1, "checks": 1, "net": "10.00", "tax": "1.00", "due": "11.00"},
        "paid_that_day": "11.00",
    }
    assert days(till, TUESDAY) == []


def test_of_a_payment_without_a_date_the_orders_date_is_taken(till: Connection) -> None:
    undated = replace(paid("11.00", None, tip="1.00"), refund=refund("2.00", MONDAY))
    assert undated.refund is not None
    undated = replace(undated, refund=replace(undated.refund, business_date=None))
    store(till, sold(payments=(undated,)))
    tallied(till)
    found = day(till)
    assert (found["paid_that_day"], found["tips"]) == ("11.00", "1.00")
    assert found["refunded_net"] == "2.00"


def test_an_order_read_before_bills_were_kept_is_open_while_its_state_is(till: Connection) -> None:
    store(
        till,
        sold("o1", checks=(), state="open", payments=(paid("4.00"),)),
        sold("o2", checks=(), payments=(paid("10.99"),)),
    )
    tallied(till)
    assert (day(till)["open"], day(till)["unexplained"]) == ("7.00", "0.01")


def test_a_day_may_come_to_more_than_one_order_can(till: Connection) -> None:
    most, guests = "99999999999999.9900", 2**63 - 1
    huge = {"lines": (line("l1", most),), "guests": guests, "payments": (paid(most),)}
    store(till, sold("o1", **huge), sold("o2", **huge))
    tallied(till)
    assert (day(till)["net"], day(till)["guests"]) == ("199999999999999.98", guests)
