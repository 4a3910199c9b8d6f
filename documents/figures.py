"""How figures are written: for people with separators, for machines without."""

from datetime import UTC, datetime
from decimal import Decimal

from rules.money import unit

MINUS = "−"


def plain(value: Decimal, currency: str) -> str:
    """An amount for machines: `1234.50`. Decimals beyond the currency's stay when they count."""
    return format(_scaled(value, currency), "f")


def amount(value: Decimal, currency: str) -> str:
    """An amount for people, without its currency: `1,234.50`."""
    return format(_scaled(value, currency), ",f").replace("-", MINUS)


def quantity(value: Decimal) -> str:
    """A quantity without idle zeros: `2`, `0.125`."""
    return format(_trimmed(value), "f")


def percent(rate: Decimal | None) -> str:
    """A rate as people say it: `8.25 %`; empty where there is none."""
    return "" if rate is None else f"{format(_trimmed(rate * 100), 'f')} %"


def instant(value: datetime) -> str:
    """An instant for machines: RFC 3339 in UTC, to the microsecond."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _scaled(value: Decimal, currency: str) -> Decimal:
    step = unit(currency)
    trimmed = _trimmed(value)
    return trimmed if _digits(trimmed) > _digits(step) else value.quantize(step)


def _digits(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def _trimmed(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)
