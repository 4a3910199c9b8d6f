"""Arithmetic in whole cents; decimals only inside a multiplication, floats only on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

# How a location rounds a tax rate (configuration API, TaxRate.roundingType).
ROUNDING = {
    "HALF_UP": ROUND_HALF_UP,
    "HALF_EVEN": ROUND_HALF_EVEN,
    "ALWAYS_UP": ROUND_UP,
    "ALWAYS_DOWN": ROUND_DOWN,
}

_ONE = Decimal(1)


def whole(cents: Decimal, rounding: str = ROUND_HALF_UP) -> int:
    """Cents with decimals, rounded to whole ones."""
    return int(cents.quantize(_ONE, rounding=rounding))


def share(cents: int, percent: float) -> int:
    """That many percent, to the nearest cent, halves up."""
    return whole(cents * Decimal(str(percent)) / 100)


def times(cents: int, quantity: float) -> int:
    """Price times quantity, to the nearest cent, halves up."""
    if isinstance(quantity, int):
        return cents * quantity
    return whole(cents * Decimal(str(quantity)))


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` cents in proportion to the weights; the parts add up to it exactly.

    The cents that rounding down leaves over go to the largest remainders, earlier ones first.
    A total above the sum of the weights is cut to it.
    """
    whole_weight = sum(weights)
    if whole_weight <= 0:
        return [0] * len(weights)
    total = min(total, whole_weight)
    parts = [total * weight // whole_weight for weight in weights]
    left = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole_weight))
    for i in order[:left]:
        parts[i] += 1
    return parts


def amount(cents: int | Decimal) -> float:
    """Cents as the JSON number in major units; a division by 100 prints exactly."""
    return float(cents / 100)
