"""What a till says of an order beyond its sums: bills, voids, refunds, names of its own."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from rules.records import OrderRecord, RefundedPart, RefundRecord
from tests import factories, merchants
from tests.merchants import Merchant

D = Decimal
LATER = date(2026, 3, 2)


def eventful() -> OrderRecord:
    """Two bills, the second voided; the first states a cent more tax than its parts come to.

    Goods 10.00 and tax 1.00, a fee of 5.00, a gratuity of 2.00; of the goods 4.00 and 0.40 of tax
    were given back, and all of the gratuity. A gift card was sold for 20.00.
    """
    given_back = (RefundedPart("tx", D("4.00"), D("0.40")),)
    back = RefundRecord(D("6.40"), D("3.00"), factories.NOON, LATER, "tx")
    custom = RefundRecord(D("1.25"), D(0), factories.NOON, LATER, "other")
    return factories.order(
        "o1",
        checks=(
            factories.check(
                "c1",
                display_number="1",
                tab="Terrace",
                status="CLOSED",
                settled=True,
                amount=D("35.00"),
                tax=D("1.02"),
                customer=factories.guest("g1"),
            ),
            factories.check(
                "c2", 1, display_number="2", voided=True, void_business_date=LATER, amount=D("9.00")
            ),
        ),
        lines=(
            factories.line(
                "l1", "10.00", "1.00", refunds=given_back, group_id="grp", category_id="cat"
            ),
            factories.line("card", "20.00", deferred=True),
            factories.line(
                "l2",
                "9.00",
                check_id="c2",
                voided=True,
                void_business_date=LATER,
                void_reason_id="why",
            ),
        ),
        charges=(
            factories.charge("fee", "5.00", configured_id="cfg-fee"),
            factories.charge(
                "staff", "2.00", gratuity=True, refunds=(RefundedPart("tx", D("2.00"), D(0)),)
            ),
        ),
        discounts=(factories.discount("d1", "0.50", configured_id="cfg-off"),),
        taxes=(factories.tax("1.00", line_id="l1", configured_id="cfg-rate"),),
        payments=(
            factories.payment(
                "p1", "30.00", tip="3.00", refund=back, fee=D("0.71"), tendered=D(40)
            ),
            factories.payment("p2", "8.00", refund=custom, card_entry="KEYED", drawer_id="drawer"),
            factories.payment(
                "p3", "8.00", counts=False, void_business_date=LATER, void_reason_id="wrong"
            ),
        ),
        dining_option_id="dining",
        revenue_center_id="center",
        table_id="table",
        server_id="server",
    )


@pytest.fixture
def order_id(owner: Merchant) -> int:
    return merchants.take_orders(owner, eventful())[0]


def text_of(page: str) -> str:
    """A page's words, tags left out."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_api_has_every_bill(script: FlaskClient, order_id: int) -> None:
    found = script.get(f"/api/v1/orders/{order_id}").json
    assert found is not None
    first, second = found["checks"]
    sums = ("stated_amount", "stated_tax", "amount", "tax", "gratuities", "due", "paid")
    assert [first[name] for name in sums] == [
        *("35.00", "1.02", "35.00", "1.00", "2.00", "38.00", "38.00"),
    ]
    assert first["untied"] == "The till says 1.02 GBP of tax, its parts come to 1.00 GBP."
    assert (first["customer_external_id"], first["tab"]) == ("g1", "Terrace")
    assert [second[name] for name in ("voided", "void_business_date", "due", "untied")] == [
        *(True, "2026-03-02", "0.00", None),
    ]
    assert (found["deferred"], found["fundraising"]) == ("20.00", "0.00")


def test_the_api_has_voids_refunds_and_configured_ids(script: FlaskClient, order_id: int) -> None:
    found: Any = script.get(f"/api/v1/orders/{order_id}").json
    line, _, voided = found["lines"]
    assert (line["refunded"], line["refunded_tax"]) == ("4.00", "0.40")
    assert (line["group_external_id"], line["category_external_id"]) == ("grp", "cat")
    assert (voided["void_business_date"], voided["void_reason_external_id"]) == (
        "2026-03-02",
        "why",
    )
    whole, custom = found["refunds"]
    parts = ("external_id", "net", "tax", "gratuities", "deferred", "amount", "tip_amount")
    assert [whole[name] for name in parts] == [
        *("tx", "4.00", "0.40", "2.00", "0.00", "6.40", "3.00"),
    ]
    assert (whole["itemized"], custom["itemized"], custom["net"]) == (True, False, "1.25")
    assert found["charge_lines"][0]["configured_external_id"] == "cfg-fee"
    assert found["discount_lines"][0]["configured_external_id"] == "cfg-off"
    assert found["tax_lines"][0]["configured_external_id"] == "cfg-rate"
    paid, keyed, undone = found["payments"]
    assert (paid["fee"], paid["tendered"]) == ("0.71", "40.00")
    assert (keyed["card_entry"], keyed["drawer_external_id"]) == ("KEYED", "drawer")
    assert (undone["void_business_date"], undone["void_reason_external_id"]) == (
        "2026-03-02",
        "wrong",
    )
    assert (found["dining_option_external_id"], found["table_external_id"]) == ("dining", "table")


def test_the_page_tells_of_bills_voids_and_refunds(page: FlaskClient, order_id: int) -> None:
    text = text_of(page.get(f"/orders/{order_id}").text)
    assert "The till says 1.02 GBP of tax, its parts come to 1.00 GBP." in text
    assert "1 Terrace CLOSED" in text
    # A voided bill, line and payment, each with its day.
    assert text.count("voided 2 Mar 2026") == 3
    assert "given back 4.00, tax 0.40" in text
    assert "custom amount" in text
    assert "Gift cards and accounts, no sale 20.00" in text
    assert "cfg-fee" not in text


def test_a_voided_order_says_when(page: FlaskClient, owner: Merchant) -> None:
    gone = replace(eventful(), voided=True, void_business_date=LATER)
    [order_id] = merchants.take_orders(owner, gone)
    text = text_of(page.get(f"/orders/{order_id}").text)
    assert "Voided 2 Mar 2026" in text
    assert "The till says" not in text
