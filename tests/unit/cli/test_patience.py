import time
from collections.abc import Iterator
from itertools import repeat

import pytest

from cli.pulling import patience
from config import clock
from models.session import DatabaseAwayError, away, busy


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


def _failing(errors: Iterator[Exception], each_s: float = 0.0) -> str:
    """Fails with each of these errors, then comes to something."""
    clock_before = clock.monotonic()
    time.sleep(each_s)
    for error in errors:
        raise error
    return f"after {clock_before:.0f} s"


def test_a_database_that_comes_back_is_outlasted_and_said_to_be_away_once() -> None:
    said: list[str] = []
    errors = iter([away(), busy(), away()])
    assert patience.outlasting(lambda: _failing(errors), said.append) == "after 6 s"
    assert said == ["The database can't be reached just now. Trying again for 90 s."]


def test_one_that_stays_away_is_an_error_after_a_minute_and_a_half() -> None:
    with pytest.raises(DatabaseAwayError):
        patience.outlasting(lambda: _failing(repeat(away())), lambda _: None)
    assert clock.monotonic() == 92.0


def test_after_a_step_that_got_somewhere_patience_begins_anew() -> None:
    said: list[str] = []
    errors = iter([away() for _ in range(3)])
    assert patience.outlasting(lambda: _failing(errors, 100.0), said.append) == "after 306 s"
    assert len(said) == 3


def test_other_errors_are_not_outlasted() -> None:
    with pytest.raises(ZeroDivisionError):
        patience.outlasting(lambda: 1 // 0, lambda _: None)
