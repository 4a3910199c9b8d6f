"""In words: where a bill, as its platform states it, isn't what its parts come to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from documents import figures


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
