import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count, repeat
from signal import SIG_IGN, SIGINT, default_int_handler, getsignal, raise_signal, signal
from typing import Any

import pytest

from cli.pulling import patience
from config import clock
from models.session import DatabaseAwayError, DatabaseBusyError, away, busy


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


class _Database:
    """Away at each of these steps, for one that takes so many seconds."""

    def __init__(self, errors: Iterable[Exception], each_s: float = 0.0) -> None:
        self.errors, self.each_s = iter(errors), each_s
        self.said: list[str] = []
        self.outlasting = patience.Outlasting(self.said.append)

    def step(self) -> float:
        time.sleep(self.each_s)
        for error in self.errors:
            raise error
        return clock.monotonic()


def test_a_database_that_comes_back_is_outlasted_and_said_to_be_away_once() -> None:
    found = _Database([away(), busy(), away()])
    assert found.outlasting.through(found.step) == 6.0
    assert found.said == ["The database can't be reached just now. Trying again for 90 s."]


@pytest.mark.parametrize("each_s", [0.0, 40.0])
def test_one_that_stays_away_is_an_error_that_says_how_to_go_on(each_s: float) -> None:
    found = _Database(repeat(busy()), each_s)
    with pytest.raises(DatabaseBusyError) as caught:
        found.outlasting.through(found.step)
    assert 90.0 < clock.monotonic() - each_s <= 90.0 + each_s + 2.0
    assert len(found.said) == 1
    assert "by itself" not in str(caught.value)
    assert "the same command again" in caught.value.next_step


def test_steps_that_get_somewhere_in_between_are_never_given_up() -> None:
    found = _Database([away() for _ in range(10)], 60.0)
    rows = count()

    def step() -> float:
        found.outlasting.saw("rows", next(rows))
        return found.step()

    assert found.outlasting.through(step) == 10 * 62.0 + 60.0
    assert len(found.said) == 10


def test_after_half_a_minute_without_a_fault_all_is_well_again() -> None:
    found = _Database([away()])
    found.outlasting.through(found.step)
    for _ in range(200):
        time.sleep(1)
        found.outlasting.saw("still the same")
    found.errors = iter([away(), away()])
    found.outlasting.through(found.step)
    assert len(found.said) == 2


def test_what_is_seen_twice_the_same_got_nowhere() -> None:
    found = _Database(repeat(away()))

    def step() -> float:
        found.outlasting.saw("rows", 7)
        return found.step()

    with pytest.raises(DatabaseAwayError):
        found.outlasting.through(step)
    assert clock.monotonic() == 92.0


def test_other_errors_are_not_outlasted() -> None:
    with pytest.raises(ZeroDivisionError):
        _Database([]).outlasting.through(lambda: 1 // 0)


@pytest.mark.parametrize("before", [SIG_IGN, default_int_handler])
def test_ctrl_c_that_was_swallowed_ends_the_trying_unless_it_is_ignored(before: Any) -> None:
    def step() -> None:
        with suppress(KeyboardInterrupt):
            raise_signal(SIGINT)
        raise away()

    found, outer = _Database([]), signal(SIGINT, before)
    ends = DatabaseAwayError if before is SIG_IGN else KeyboardInterrupt
    try:
        with pytest.raises(ends), found.outlasting.until_interrupted():
            found.outlasting.through(step)
        assert getsignal(SIGINT) is before
    finally:
        signal(SIGINT, outer)
