"""Orders, by amounts worked out by hand: ten percent of tax on everything."""

from typing import Any

import pytest

from tests.integration.tasks.asked import ask
from tests.scenarios.toast.kitchen import Kitchen


def _amounts(row: Any, *names: str) -> list[str]:
    return [f"{getattr(row, name):.2f}" for name in names]


def _parts(guid: str, table: str, columns: str) -> list[tuple[Any, ...]]:
    query = (
        f"SELECT {columns} FROM {table} p JOIN orders o ON o.id = p.order_id "
        "WHERE o.external_id = :g ORDER BY p.id"
    )
    return [tuple(row) for row in ask(query, g=guid)]


def test_a_plain_sale(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000, 550)
    kitchen.pay(guid, noon)
    kitchen.read()
    # 10.00 + 5.50 = 15.50; 1.00 + 0.55 = 1.55 of tax; 17.05 due and paid.
    order = kitchen.order(guid)
    assert _amounts(order, "net", "tax", "total", "paid") == ["15.50", "1.55", "17.05", "17.05"]
    assert (order.state, order.invoice_state) == ("closed", "due")
    assert kitchen.day(0) == {
        "net": "15.50", "tax": "1.55", "due": "17.05", "paid_that_day": "17.05",
    }  # fmt: skip


def test_a_discount_of_the_whole_check_is_taken_off_once(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000, 500)
    kitchen.do(guid, noon, "discount", percent=20)
    kitchen.pay(guid, noon)
    kitchen.read()
    # 15.00 - 3.00 = 12.00; tax of 8.00 and 4.00: 0.80 + 0.40.
    assert _amounts(kitchen.order(guid), "net", "discounts", "tax", "total") == [
        *("12.00", "3.00", "1.20", "13.20"),
    ]


def test_voids_at_each_level_keep_their_business_dates(kitchen: Kitchen) -> None:
    noon, late = kitchen.at(0, 12), kitchen.at(1, 2)
    item, check, whole, payment = (kitchen.ring_up(noon, 1000, 500) for _ in range(4))
    kitchen.do(item, late, "void_item", reason="Dropped")
    kitchen.do(check, late, "void_check", reason="Left")
    kitchen.do(whole, late, "void_order", reason="Twice")
    kitchen.pay(payment, noon)
    kitchen.do(payment, late, "void_payment", reason="Wrong card")
    kitchen.read()
    # Two in the morning is still the day that began at four the morning before.
    day = kitchen.date(0)
    assert _amounts(kitchen.order(item), "net", "tax", "total") == ["5.00", "0.50", "5.50"]
    lines = _parts(item, "order_lines", "p.voided, p.void_business_date")
    assert lines == [(True, day), (False, None)]
    assert _parts(check, "order_checks", "p.voided, p.void_business_date") == [(True, day)]
    assert _amounts(kitchen.order(check), "total") == ["0.00"]
    assert (kitchen.order(whole).voided, kitchen.order(whole).void_business_date) == (True, day)
    assert _parts(payment, "payments", "p.counts, p.void_business_date") == [(False, day)]
    assert _amounts(kitchen.order(payment), "total", "paid") == ["16.50", "0.00"]
    # What is left to sell: 5.00 of the first, all of the last, which is open again.
    figures = kitchen.day(0)
    assert (figures["net"], figures["tax"]) == ("20.00", "2.00")
    assert figures["open"] == "22.00"


def test_a_merged_order_is_deleted_and_sold_once(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    gone, kept = kitchen.ring_up(noon, 700), kitchen.ring_up(noon, 300)
    kitchen.read()
    assert kitchen.day(0)["net"] == "10.00"
    kitchen.do(gone, kitchen.at(0, 13), "merge", into=kept)
    kitchen.pay(kept, kitchen.at(0, 14))
    kitchen.do(kept, kitchen.at(0, 14), "pay", check=1, payment={"kind": "CASH"})
    kitchen.deliver(gone, kept)
    assert kitchen.order(gone).deleted
    assert kitchen.order(gone).invoice_state == "not needed"
    assert _amounts(kitchen.order(kept), "net", "tax", "total") == ["10.00", "1.00", "11.00"]
    assert (kitchen.day(0)["net"], kitchen.day(0)["due"]) == ("10.00", "11.00")


def test_a_refund_is_booked_on_the_day_it_is_given_in_its_parts(kitchen: Kitchen) -> None:
    sold, back = kitchen.at(0, 12), kitchen.at(1, 12)
    guid = kitchen.ring_up(sold, 1000, 500)
    kitchen.do(guid, sold, "charge", charge={"name": "Service", "percent": 20, "gratuity": True})
    body = kitchen.pay(guid, sold, "CREDIT", status="CAPTURED", tip_cents=300)
    selections = body["checks"][0]["selections"]
    kitchen.do(guid, back, "refund", lines=[selections[0]["guid"]], tip_cents=100)
    kitchen.read()
    # Sold: 15.00, tax 1.50, gratuity 3.00; a tip of 3.00 beside it.
    assert kitchen.day(0) == {
        "net": "15.00", "tax": "1.50", "gratuities": "3.00", "due": "19.50",
        "paid_that_day": "19.50", "tips": "3.00",
    }  # fmt: skip
    # Given back a day later: the first item with its tax, and a dollar of the tip.
    assert kitchen.day(1) == {
        "refunded_net": "10.00", "refunded_tax": "1.00", "refunded_tips": "1.00",
    }  # fmt: skip


def test_a_refund_of_a_custom_amount_is_all_negative_sales(kitchen: Kitchen) -> None:
    sold, back = kitchen.at(0, 12), kitchen.at(2, 12)
    guid = kitchen.ring_up(sold, 1000)
    kitchen.pay(guid, sold)
    kitchen.do(guid, back, "refund", amount_cents=400)
    kitchen.read()
    assert kitchen.day(2) == {"refunded_net": "4.00"}
    assert _parts(guid, "refunds", "p.itemized, p.business_date") == [(False, kitchen.date(2))]


def test_a_bill_is_split_and_paid_in_part(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000, 500)
    kitchen.pay(guid, noon, amount_cents=600)
    kitchen.pay(guid, noon, "CREDIT", amount_cents=500, status="CAPTURED")
    kitchen.read()
    # 16.50 due; 6.00 and 5.00 paid; 5.50 still open.
    assert kitchen.order(guid).state == "open"
    figures = kitchen.day(0)
    assert (figures["paid_that_day"], figures["open"]) == ("11.00", "5.50")
    kitchen.pay(guid, kitchen.at(1, 12))
    kitchen.deliver(guid)
    figures = kitchen.day(0)
    assert "open" not in figures
    assert (figures["paid_that_day"], figures["paid_after"]) == ("11.00", "5.50")
    assert kitchen.day(1) == {"postpaid": "5.50"}
    assert kitchen.order(guid).state == "closed"


def test_gift_cards_and_house_accounts_are_no_sales(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    card = kitchen.ring_up(noon, 1000)
    kitchen.do(card, noon, "sell_card", cents=2500)
    kitchen.pay(card, noon)
    balance = kitchen.ring_up(noon, 200)
    kitchen.do(balance, noon, "pay_balance", cents=4000)
    kitchen.pay(balance, noon)
    later = kitchen.ring_up(kitchen.at(0, 13), 600)
    kitchen.pay(later, kitchen.at(0, 13), "GIFTCARD")
    on_account = kitchen.ring_up(kitchen.at(0, 14), 800)
    kitchen.pay(on_account, kitchen.at(0, 14), "HOUSE_ACCOUNT")
    kitchen.read()
    # Sold: 10 + 2 + 6 + 8 = 26.00 and 2.60 of tax. Taken besides: 25 and 40, which are deferred.
    assert kitchen.day(0) == {
        "net": "26.00", "tax": "2.60", "deferred": "65.00", "due": "93.60",
        "paid_that_day": "93.60",
    }  # fmt: skip


def test_a_deposit_is_taken_on_one_day_and_counts_on_another(kitchen: Kitchen) -> None:
    ordered, wanted = kitchen.at(0, 12), kitchen.at(3, 18)
    guid = kitchen.ring_up(ordered, 2000, promised_ms=int(wanted.timestamp() * 1000))
    kitchen.pay(guid, ordered, amount_cents=1000)
    kitchen.pay(guid, wanted)
    kitchen.read()
    assert kitchen.order(guid).business_date == kitchen.date(3)
    assert kitchen.day(0) == {"prepaid": "10.00"}
    # 22.00 due on the day it is for: 10.00 of it was paid before, 12.00 then.
    assert kitchen.day(3) == {
        "net": "20.00", "tax": "2.00", "due": "22.00", "paid_before": "10.00",
        "paid_that_day": "12.00",
    }  # fmt: skip


def test_tax_that_a_marketplace_remits_is_told_apart(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 3000, check={"facilitated": True})
    ours = kitchen.ring_up(noon, 1000)
    for each in (guid, ours):
        kitchen.pay(each, noon)
    kitchen.read()
    assert _amounts(kitchen.order(guid), "tax", "marketplace_tax") == ["3.00", "3.00"]
    assert (kitchen.day(0)["tax"], kitchen.day(0)["marketplace_tax"]) == ("4.00", "3.00")
    kitchen.do(guid, kitchen.at(1, 12), "refund")
    kitchen.deliver(guid)
    assert kitchen.day(1) == {
        "refunded_net": "30.00", "refunded_tax": "3.00", "refunded_marketplace_tax": "3.00",
    }  # fmt: skip


def test_an_item_may_hold_its_tax(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    lines = [{"name": "Set menu", "price_cents": 1100, "tax_included": True}]
    guid = kitchen.ring_up(noon, lines=lines)
    kitchen.pay(guid, noon)
    kitchen.read()
    # 11.00 at ten percent: 10.00 and 1.00.
    assert _amounts(kitchen.order(guid), "net", "tax", "total") == ["10.00", "1.00", "11.00"]


def test_charges_of_each_kind(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    for charge in (
        {"name": "Delivery", "amount_cents": 300, "taxable": True},
        {"name": "Staff", "percent": 10, "gratuity": True},
        {"name": "Shelter", "amount_cents": 100, "category": "FUNDRAISING_CAMPAIGN"},
    ):
        kitchen.do(guid, noon, "charge", charge=charge)
    kitchen.pay(guid, noon)
    kitchen.read()
    # Sales 10.00 + 3.00; tax 1.00 + 0.30; passed on 1.00 to staff and 1.00 to a cause.
    assert kitchen.day(0) == {
        "net": "13.00", "charges": "3.00", "tax": "1.30", "gratuities": "2.00",
        "fundraising": "1.00", "due": "16.30", "paid_that_day": "16.30",
    }  # fmt: skip


@pytest.mark.parametrize("facts", [{"excess_food": True}, {"test_mode": True}])
def test_waste_and_tests_are_no_sales(kitchen: Kitchen, facts: dict[str, bool]) -> None:
    noon = kitchen.at(0, 12)
    guid, sold = kitchen.ring_up(noon, 900, **facts), kitchen.ring_up(noon, 100)
    for each in (guid, sold):
        kitchen.pay(each, noon)
    kitchen.read()
    assert kitchen.order(guid).invoice_state == "not needed"
    assert kitchen.day(0) == {
        "net": "1.00", "tax": "0.10", "due": "1.10", "paid_that_day": "1.10",
    }  # fmt: skip


def test_a_check_that_is_reopened_and_a_tip_that_comes_later(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    kitchen.pay(guid, noon, "CREDIT", status="AUTHORIZED")
    kitchen.do(guid, kitchen.at(0, 13), "tip", tip_cents=250)
    kitchen.read()
    assert _amounts(kitchen.order(guid), "total", "tips") == ["11.00", "2.50"]
    kitchen.do(guid, kitchen.at(0, 14), "reopen")
    kitchen.do(guid, kitchen.at(0, 14), "add_item", item={"name": "Coffee", "price_cents": 300})
    kitchen.deliver(guid)
    assert kitchen.order(guid).state == "open"
    # 3.30 more is due: 13.00 + 1.30 - 11.00.
    assert kitchen.day(0)["open"] == "3.30"


def test_webhooks_alone_come_to_the_same_day(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000, check={"guest": {"first_name": "Ada", "last_name": "L"}})
    kitchen.deliver(guid)
    kitchen.pay(guid, noon)
    kitchen.do(guid, kitchen.at(1, 12), "refund", amount_cents=100)
    kitchen.deliver(guid)
    told = kitchen.day(0), kitchen.day(1)
    kitchen.read()
    assert (kitchen.day(0), kitchen.day(1)) == told
    assert told[1] == {"refunded_net": "1.00"}
