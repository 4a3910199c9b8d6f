from datetime import UTC, datetime, timedelta

import pytest

from config import clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_a_frozen_clock_stands_until_it_is_moved() -> None:
    with clock.frozen(NOON) as advance:
        assert clock.now() == clock.now() == NOON
        advance(timedelta(minutes=5))
        assert clock.now() == NOON + timedelta(minutes=5)
    assert clock.now() > NOON


def test_frozen_clocks_nest_and_give_back_the_outer_one() -> None:
    with clock.frozen(NOON):
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON


def test_a_clock_runs_again_after_an_error_under_a_frozen_one() -> None:
    with pytest.raises(LookupError), clock.frozen(NOON):
        raise LookupError
    assert clock.now() != NOON


def test_differences_never_go_back() -> None:
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)
