"""Slowing guesses down."""

from datetime import UTC, datetime, timedelta

from dashboard import attempts
from dashboard.attempts import Attempts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_so_many_a_minute_and_address() -> None:
    tries = Attempts(most=2, per=timedelta(minutes=1))
    assert tries.wait_s("a", NOON) == 0
    assert tries.wait_s("a", NOON + timedelta(seconds=20)) == 0
    assert tries.wait_s("a", NOON + timedelta(seconds=30)) == 30
    assert tries.wait_s("b", NOON + timedelta(seconds=30)) == 0
    assert tries.wait_s("a", NOON + timedelta(seconds=61)) == 0


def test_a_flood_of_addresses_is_forgotten(monkeypatch: object) -> None:
    tries = Attempts(most=1)
    for number in range(attempts._ADDRESSES + 5):
        tries.wait_s(str(number), NOON)
    assert len(tries._tried) == attempts._ADDRESSES
