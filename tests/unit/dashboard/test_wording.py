"""How pages put things."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard import wording

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (-5, "just now"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3600 * 5, "5 h ago"),
        (86400 * 3, "3 d ago"),
    ],
)
def test_ages(seconds: float, words: str) -> None:
    assert f">{words}<" in wording.age(NOON, NOON + timedelta(seconds=seconds))


def test_an_instant_of_a_zone_nobody_knows_is_utc() -> None:
    assert "12:00:00" in wording.instant(NOON, "Mars/Olympus")
    assert "UTC" in wording.instant(NOON, "../etc/passwd")


def test_an_instant_is_local_with_utc_beside() -> None:
    text = wording.instant(NOON, "Africa/Lagos")
    assert "13:00:00" in text
    assert 'title="2026-03-01 12:00:00 UTC"' in text


def test_money_has_its_currency() -> None:
    assert wording.money(Decimal("1234.5"), "GBP").striptags() == "1,234.50GBP"
    assert wording.money(None, "GBP") == "–"


def test_a_state_is_a_word_whatever_it_is() -> None:
    assert wording.state("<odd>").endswith(">&lt;odd&gt;</span>")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0004, "0 ms"), (0.25, "250 ms"), (1.44, "1.4 s"), (125, "2 min")]
)
def test_short_waits(seconds: float, words: str) -> None:
    assert wording.precise(seconds) == words


def test_counting_stops_somewhere() -> None:
    assert wording.count(9_999, 10_000) == "9,999"
    assert wording.count(10_000, 10_000) == "10,000+"
