"""Rounding and splitting of money: decided here and nowhere else."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

# ISO 4217 minor units that aren't two (ISO 4217 list one, read 2026-11-01).
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
# Decimals that the books keep of each kind of number; the columns of `models.base` have as many.
MONEY_PLACES = 4
QUANTITY_PLACES = 6
RATE_PLACES = 8
# A unit price may need more decimals than money has for its line to come out right.
_PRICE_STEP = Decimal(1).scaleb(-MONEY_PLACES)


def places(currency: str) -> int:
    """How many decimals a currency has: 2 for GBP and where nothing is known, 0 for JPY."""
    return _DIGITS.get(currency, 2)


@cache
def unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for GBP, 1 for JPY."""
    return Decimal(1).scaleb(-places(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` in whole minor units, halves away from zero."""
    return amount.quantize(unit(currency), rounding=ROUND_HALF_UP)


def kept(number: Decimal, places: int) -> Decimal:
    """`number` as the books keep it: at most `places` decimals, halves away from zero.

    Connectors take every number through here, so that totals reckon with what an invoice reads
    back: a double's 0.11499999999999999 would be 0.11 on the way in and 0.12 on the way out.
    """
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def per_unit(amount: Decimal, quantity: Decimal) -> Decimal:
    """The price of one when `quantity` cost `amount`: to four decimals, halves away from zero."""
    return (amount / quantity).quantize(_PRICE_STEP, rounding=ROUND_HALF_UP)


def split(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """`total` cut in proportion to `weights`; the parts add up to it to the last minor unit.

    What rounding leaves over goes to the parts that rounding down hurt most. Without any weight
    the first part takes all.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if whole == 0:
        return [total, *[Decimal(0)] * (len(weights) - 1)]
    step = unit(currency)
    exact = [total * weight / whole for weight in weights]
    parts = [(share // step) * step for share in exact]
    left = int((total - sum(parts, Decimal(0))) / step)
    sign = 1 if left >= 0 else -1
    lost = sorted(range(len(parts)), key=lambda i: (sign * (parts[i] - exact[i]), i))
    for i in range(abs(left)):
        parts[lost[i % len(parts)]] += sign * step
    parts[0] += total - sum(parts, Decimal(0))
    return parts
