"""In words: what a bill is called, and where it isn't what its platform states of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from documents import figures


def named(checks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each check of an order is called, by its id: its number, or which it is, and its tab."""
    return {
        check["check_external_id"]: " ".join(
            (check["display_number"] or str(place), check["tab"] or "")
        ).strip()
        for place, check in enumerate(checks, 1)
    }


def untied(check: Mapping[str, Any]) -> str | None:
    """A sentence about a check of an order's detail that doesn't tie; None where it does.

    One that is gone owes nothing, whatever is stated of it. What is rounding is explained.
    """
    if check["gone"]:
        return None
    currency = check["currency"]

    def said(value: Decimal) -> str:
        return f"{figures.amount(value, currency)} {currency}"

    found = []
    for what, stated, ours in (
        ("before tax", check["stated_amount"], check["amount"]),
        ("of tax", check["stated_tax"], check["tax"]),
    ):
        if stated is not None and stated != ours:
            found.append(f"The till says {said(stated)} {what}, its parts come to {said(ours)}.")
    left = check["due"] - check["paid"]
    if check["settled"] and left != check["rounding"]:
        told = f"{said(left)} is not paid" if left > 0 else f"{said(-left)} too much was paid"
        found.append(f"The till counts it as settled, yet {told}.")
    return " ".join(found) or None
