"""Where a bill doesn't tie, said so that it can be looked into."""

from decimal import Decimal
from typing import Any

import pytest

from dashboard.bills import untied

D = Decimal


def bill(**facts: Any) -> dict[str, Any]:
    """A settled bill of 16.50 with 1.36 of tax and a gratuity of 2.00, paid."""
    plain = {
        "currency": "USD",
        "gone": False,
        "settled": True,
        "stated_amount": D("16.50"),
        "stated_tax": D("1.36"),
        "amount": D("16.50"),
        "tax": D("1.36"),
        "due": D("19.86"),
        "paid": D("19.86"),
        "rounding": D(0),
    }
    return {**plain, **facts}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, None),
        ({"stated_amount": None, "stated_tax": None}, None),
        # What tills round away.
        ({"paid": D("19.85"), "rounding": D("0.01")}, None),
        ({"settled": False, "paid": D(0)}, None),
        ({"gone": True, "amount": D(0), "tax": D(0), "due": D(0)}, None),
        (
            {"stated_amount": D("13.50")},
            "The till says 13.50 USD before tax, its parts come to 16.50 USD.",
        ),
        (
            {"stated_tax": D("1.37")},
            "The till says 1.37 USD of tax, its parts come to 1.36 USD.",
        ),
        (
            {"paid": D("15.00")},
            "The till counts it as settled, yet 4.86 USD is not paid.",
        ),
        (
            {"paid": D("20.00")},
            "The till counts it as settled, yet 0.14 USD too much was paid.",
        ),
    ],
)
def test_what_does_not_tie_is_a_sentence(facts: dict[str, Any], said: str | None) -> None:
    assert untied(bill(**facts)) == said


def test_all_that_does_not_tie_is_said() -> None:
    said = untied(bill(stated_amount=D(1), stated_tax=D(2), paid=D(3)))
    assert said is not None
    assert said.count(".") == 3 + 5
