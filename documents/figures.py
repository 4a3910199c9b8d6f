"""How figures are written: for people with separators, for machines without."""

from datetime import UTC, datetime
from decimal import Decimal

from rules.money import places

MINUS = "−"


def plain(value: Decimal, currency: str) -> str:
    """An amount for machines: `1234.50`. Decimals beyond the currency's stay when they count."""
    return _to_the_unit(format(value, "f"), currency)


def amount(value: Decimal, currency: str) -> str:
    """An amount for people, without its currency: `1,234.50`."""
    return _to_the_unit(format(value, ",f"), currency).replace("-", MINUS)


def quantity(value: Decimal) -> str:
    """A quantity without idle zeros: `2`, `0.125`."""
    return format(_trimmed(value), "f")


def percent(rate: Decimal | None) -> str:
    """A rate as people say it: `8.25 %`; empty where there is none."""
    return "" if rate is None else f"{format(_trimmed(rate * 100), 'f')} %"


def instant(value: datetime) -> str:
    """An instant for machines: RFC 3339 in UTC, to the microsecond."""
    in_utc = value.astimezone(UTC).replace(tzinfo=None)
    return f"{in_utc.isoformat(timespec='microseconds')}Z"


def _to_the_unit(text: str, currency: str) -> str:
    """With the currency's decimals, and those beyond them that count."""
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(places(currency), "0")
    return f"{whole}.{part}" if part else whole


def _trimmed(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)
