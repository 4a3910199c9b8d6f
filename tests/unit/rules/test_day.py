"""The identities of a day, by hand."""

from decimal import Decimal
from typing import Any

from rules import day

_NAMES = (
    *("net", "discounts", "tax", "gratuities", "deferred", "paid_before", "paid_that_day"),
    *(
        "paid_after",
        "open",
        "rounding",
        "tips",
        "prepaid",
        "postpaid",
        "refunded_net",
        "refunded_tax",
    ),
    *("refunded_gratuities", "refunded_deferred", "refunded_tips"),
)


def figures(**given: str) -> dict[str, Any]:
    return {name: Decimal(given.get(name, "0")) for name in _NAMES}


def tender(amount: str, tip: str = "0", refunded: str = "0", tipped: str = "0") -> dict[str, Any]:
    """What was taken, and what of it was given back."""
    named = {"amount": amount, "tip": tip, "refunded": refunded, "refunded_tip": tipped}
    return {name: Decimal(value) for name, value in named.items()}


# Sold for 100.00 with 8.25 tax, 15.00 gratuity and a gift card of 25.00: 148.25 is due. 20.00 of it
# was paid before, 100.25 that day, 8.00 afterwards; 20.00 is open. 30.00 was taken for later days
# and 5.50 for earlier ones: 135.75 in all, and 12.00 of tips. 11.00 and a tip of 1.00 went back.
DAY = figures(
    net="100.00",
    discounts="4.50",
    tax="8.25",
    gratuities="15.00",
    deferred="25.00",
    paid_before="20.00",
    paid_that_day="100.25",
    paid_after="8.00",
    open="20.00",
    prepaid="30.00",
    postpaid="5.50",
    tips="12.00",
    refunded_net="10.00",
    refunded_tax="1.00",
    refunded_tips="1.00",
)


def test_what_adds_up() -> None:
    assert day.gross(DAY) == Decimal("104.50")
    assert day.due(DAY) == Decimal("148.25")
    assert day.unexplained(DAY) == 0
    assert day.collected(DAY) == Decimal("135.75")
    assert day.refunded(DAY) == Decimal("12.00")
    assert day.imbalance(DAY) == 0


def test_a_cent_that_is_missing_is_told_by_either_identity() -> None:
    short = {**DAY, "paid_that_day": Decimal("100.24")}
    assert day.unexplained(short) == Decimal("0.01")
    assert day.imbalance(short) == Decimal("0.01")


def test_a_cent_that_is_rounding_is_explained() -> None:
    short = {**DAY, "paid_that_day": Decimal("100.24"), "rounding": Decimal("0.01")}
    assert day.unexplained(short) == 0
    assert day.imbalance(short) == 0


def test_tenders_tie_to_the_day() -> None:
    cash, card = tender("60.75"), tender("75.00", "12.00", "11.00", "1.00")
    assert day.tender_total(card) == Decimal("75.00")
    assert day.tender_gap(DAY, [cash, card]) == 0
    assert day.tender_gap(DAY, [cash]) == Decimal("-75.00")
    assert day.tender_gap(DAY, [cash, card, tender("0.02")]) == Decimal("0.02")
