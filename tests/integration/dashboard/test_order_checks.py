"""An order of several checks: which of them each part belongs to, and whose it is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from rules.records import OrderRecord, RefundRecord
from tests import factories, merchants
from tests.integration.dashboard.test_order_facts import LATER, text_of
from tests.merchants import Merchant

ADA = factories.guest("g1", first_name="Ada", last_name="Obi")
BEN = factories.guest("g2", first_name="Ben", email="ben@example.com")


def shared() -> OrderRecord:
    """Two checks, each with a guest, an item, a discount, a charge and a payment of its own."""
    back = RefundRecord(Decimal(2), Decimal(0), None, LATER, "tx")
    return factories.order(
        customer=ADA,
        checks=(
            factories.check("c1", display_number="41", settled=True, customer=ADA),
            factories.check("c2", 1, tab="Bar", settled=True, customer=BEN),
        ),
        lines=(
            factories.line("l1"),
            factories.line("rings", "2.00", parent_id="l1"),
            factories.line("l2", "7.00", check_id="c2"),
        ),
        discounts=(factories.discount("d1"), replace(factories.discount("d2"), check_id="c2")),
        charges=(factories.charge("s1"), replace(factories.charge("s2"), check_id="c2")),
        payments=(
            factories.payment("p1", "12.00"),
            replace(factories.payment("p2", "9.00", refund=back), check_id="c2"),
        ),
    )


def test_each_part_says_which_check_it_is_of(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, shared())
    text = text_of(page.get(f"/orders/{order_id}").text)
    for told in (
        "Item l1 check 41",
        "Item l2 check 2 Bar",
        "Discount d1 whole check 41",
        "Discount d2 whole check 2 Bar",
        "Charge s1 check 41",
        "Charge s2 check 2 Bar",
        "CASH check 41",
        "CASH check 2 Bar",
        "2 Mar 2026 – check 2 Bar",
    ):
        assert told in text, told
    # What hangs on an item is of its check.
    assert "Item rings check" not in text


def test_each_check_names_its_guest(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, shared())
    text = text_of(page.get(f"/orders/{order_id}").text)
    assert "41 Ada Obi" in text
    assert "2 Bar Ben ben@example.com" in text


def test_parts_of_a_single_check_need_no_name(page: FlaskClient, owner: Merchant) -> None:
    bill = factories.check(display_number="41")
    single = factories.order(checks=(bill,), discounts=(factories.discount(),), customer=ADA)
    [order_id] = merchants.take_orders(owner, single)
    text = text_of(page.get(f"/orders/{order_id}").text)
    assert "Discount d1 whole check 1.00" in text
    assert "check 41" not in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("TOAST_CARD_SELL", "gift card, no sale"),
        ("HOUSE_ACCOUNT_PAY_BALANCE", "account paid off, no sale"),
        ("NONE", "sold for later, no sale"),
    ],
)
def test_what_is_no_sale_says_what_it_is(
    page: FlaskClient, owner: Merchant, kind: str, said: str
) -> None:
    lines = (factories.line(deferred=True, kind=kind),)
    [order_id] = merchants.take_orders(owner, factories.order(lines=lines))
    assert said in text_of(page.get(f"/orders/{order_id}").text)
