from collections.abc import Iterator

import pytest

from cli.pulling import patience
from config import clock


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes only while somebody sleeps."""
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def _seen(states: Iterator[object]) -> list[tuple[object, float]]:
    """The states that were told to be stuck, and when."""
    return [
        (state, clock.monotonic())
        for state, stuck in patience.watched(lambda: next(states, None))
        if stuck
    ]


def test_what_moves_is_never_stuck_and_ends_with_the_first_nothing() -> None:
    states = iter(range(100, -100, -1))
    assert _seen(states) == []
    assert next(states) == -1


def test_what_stands_still_is_stuck_after_ten_seconds_then_after_twice_that() -> None:
    found = _seen(iter(["same"] * 1000))
    assert found == [("same", at) for at in (10.0, 30.0, 70.0, 130.0, 190.0)]


def test_what_moves_again_is_given_ten_seconds_again() -> None:
    found = _seen(iter(["a"] * 130 + ["b"] * 50))
    assert found == [("a", 10.0), ("a", 30.0), ("b", 32.5 + 10.0)]
