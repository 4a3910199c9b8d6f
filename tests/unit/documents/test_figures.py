"""How figures are written."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from documents import figures


@pytest.mark.parametrize(
    ("value", "currency", "plain", "read"),
    [
        ("1234.5000", "GBP", "1234.50", "1,234.50"),
        ("0", "GBP", "0.00", "0.00"),
        ("-3", "GBP", "-3.00", "−3.00"),
        ("3200.0000", "JPY", "3200", "3,200"),
        ("1.5", "KWD", "1.500", "1.500"),
        ("0.8255", "GBP", "0.8255", "0.8255"),
        ("100000000000000.01", "NGN", "100000000000000.01", "100,000,000,000,000.01"),
    ],
)
def test_amounts(value: str, currency: str, plain: str, read: str) -> None:
    assert figures.plain(Decimal(value), currency) == plain
    assert figures.amount(Decimal(value), currency) == read


@pytest.mark.parametrize(
    ("value", "read"), [("2.000000", "2"), ("0.125", "0.125"), ("100", "100"), ("0E-6", "0")]
)
def test_quantities(value: str, read: str) -> None:
    assert figures.quantity(Decimal(value)) == read


def test_rates() -> None:
    assert figures.percent(Decimal("0.08250000")) == "8.25 %"
    assert figures.percent(Decimal("0.1")) == "10 %"
    assert figures.percent(None) == ""


def test_instants_are_utc_whatever_zone_they_come_in() -> None:
    tokyo = timezone(timedelta(hours=9))
    for at in (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 21, tzinfo=tokyo)):
        assert figures.instant(at) == "2026-03-01T12:00:00.000000Z"
