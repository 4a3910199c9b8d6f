"""Amounts, quantities and rates: what the books keep of them, and nothing beyond a sale."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation

from rules.money import MONEY_PLACES, RATE_PLACES, kept
from rules.records import ZERO

# No single amount of any currency reaches a million millions; anything beyond is a fault.
LIMIT = Decimal(10) ** 12
_LEAST = -LIMIT
# Doubles bring up to 17 digits of dust; an exponent far below is a number made to harm.
_LEAST_EXPONENT = -40

# An order holds forty numbers, and a till the same few hundred prices and rates all day: looking
# one up by its text takes a third of the time of checking it again.
_known: dict[int, dict[str, Decimal]] = defaultdict(dict)
_MOST_KNOWN = 4096
_LONGEST_KNOWN = 24


class Absurd(Exception):
    """A number is not finite, or far too large or long."""


def number(
    value: Decimal | None, default: Decimal = ZERO, *, places: int = MONEY_PLACES
) -> Decimal:
    """A number, or `default` where Toast says none, without a double's dust. Raises: Absurd."""
    if value is None:
        return default
    text, known = str(value), _known[places]
    if (found := known.get(text)) is None:
        found = _checked(value, places)
        if len(known) >= _MOST_KNOWN:
            known.clear()
        if len(text) <= _LONGEST_KNOWN:
            known[text] = found
    return found


def _checked(value: Decimal, places: int) -> Decimal:
    try:
        if _LEAST < value < LIMIT and value.adjusted() > _LEAST_EXPONENT:
            return kept(value, places)
    except InvalidOperation:
        # NaN can't be compared.
        pass
    raise Absurd


def is_absurd(value: Decimal) -> bool:
    """Whether a number can't be an amount, a quantity or a rate."""
    try:
        number(value)
    except Absurd:
        return True
    return False


def number_or_none(value: Decimal | None) -> Decimal | None:
    """An amount where Toast says one. Raises: Absurd."""
    return None if value is None else number(value)


def rate_or_none(value: Decimal | None) -> Decimal | None:
    """A rate where Toast says one. Raises: Absurd."""
    return None if value is None else number(value, places=RATE_PLACES)
