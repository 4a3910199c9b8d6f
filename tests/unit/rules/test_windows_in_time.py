"""Nights on which clocks change, leap days, odd closeouts: time is cut without gap or overlap."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.business_dates import bounds, business_date

# Clocks go by an hour in the first two, by half an hour in the third.
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
_MOMENT = timedelta(microseconds=1)
# Both nights of 2024 to 2028 in each zone lie within a day of these; leap days besides.
_NIGHTS = {
    "Europe/London": (date(2024, 3, 31), date(2024, 10, 27), date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3), date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (
        *(date(2024, 4, 7), date(2024, 10, 6), date(2026, 4, 5), date(2026, 10, 4)),
    ),
}
_LEAP = (date(2024, 2, 29), date(2028, 2, 29), date(2027, 2, 28), date(2024, 12, 31))


def _days(zone: str) -> st.SearchStrategy[date]:
    shifts = st.integers(-2, 2).map(timedelta)
    return st.builds(lambda day, by: day + by, st.sampled_from([*_NIGHTS[zone], *_LEAP]), shifts)


ZONED = st.sampled_from(ZONES).flatmap(lambda zone: st.tuples(st.just(zone), _days(zone)))


@pytest.mark.parametrize("zone", ZONES)
def test_the_nights_are_those_on_which_clocks_change(zone: str) -> None:
    for night in _NIGHTS[zone]:
        noon = datetime(night.year, night.month, night.day, 12, tzinfo=ZoneInfo(zone))
        assert noon.utcoffset() != (noon - timedelta(days=1)).utcoffset()


@given(ZONED, st.integers(0, 23), st.integers(1, 5))
def test_business_days_tile_the_axis_of_time(
    zoned: tuple[str, date], closeout: int, days: int
) -> None:
    zone, first = zoned
    spans = [bounds(first + timedelta(days=n), zone, closeout) for n in range(days)]
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end == start
    whole = spans[-1][1] - spans[0][0]
    assert abs(whole - timedelta(days=days)) <= timedelta(hours=1)
    assert all(start < end for start, end in spans)


@given(ZONED, st.integers(0, 23), st.integers(-60 * 60 * 40, 60 * 60 * 40))
def test_each_instant_is_of_one_day_and_its_day_holds_it(
    zoned: tuple[str, date], closeout: int, seconds: int
) -> None:
    zone, day = zoned
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
    holding = [
        day + timedelta(days=n)
        for n in range(-4, 5)
        if bounds(day + timedelta(days=n), zone, closeout)[0]
        <= at
        < bounds(day + timedelta(days=n), zone, closeout)[1]
    ]
    assert len(holding) == 1
    assert business_date(at, zone, closeout) == holding[0]


@given(ZONED, st.integers(0, 23))
def test_a_day_ends_the_moment_the_next_begins(zoned: tuple[str, date], closeout: int) -> None:
    zone, day = zoned
    start, end = bounds(day, zone, closeout)
    assert business_date(start, zone, closeout) == day
    assert business_date(end - _MOMENT, zone, closeout) == day
    assert business_date(end, zone, closeout) == day + timedelta(days=1)
