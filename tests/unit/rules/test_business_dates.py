from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.business_dates import bounds, business_date

ZONES = [
    *("Africa/Lagos", "Europe/London", "America/New_York", "Pacific/Honolulu", "Asia/Kolkata"),
    *("Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Pacific/Auckland", "UTC"),
]
_MOMENT = timedelta(microseconds=1)
_2015 = datetime(2015, 1, 1, tzinfo=UTC)
# The days on which clocks change in 2026, and one on which they don't.
DAYS = [
    *(date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 4, 24)),
    *(date(2026, 9, 27), date(2026, 10, 4), date(2026, 10, 25), date(2026, 10, 30)),
    *(date(2026, 11, 1), date(2026, 7, 14), date(2024, 2, 29), date(2026, 12, 31)),
]


@pytest.mark.parametrize(
    ("instant", "zone", "closeout", "expected"),
    [
        # Half past three in the morning is still yesterday's business.
        ("2026-07-14T02:30:00", "Africa/Lagos", 4, date(2026, 7, 13)),
        ("2026-07-14T03:00:00", "Africa/Lagos", 4, date(2026, 7, 14)),
        ("2026-07-14T00:00:00", "UTC", 0, date(2026, 7, 14)),
        # Midnight in Honolulu is ten in the morning UTC of the same day.
        ("2026-07-14T09:59:59", "Pacific/Honolulu", 0, date(2026, 7, 13)),
        ("2026-07-14T10:00:00", "Pacific/Honolulu", 0, date(2026, 7, 14)),
        # Clocks go from 01:59 EST to 03:00 EDT: an hour of 2 doesn't exist.
        ("2026-03-08T06:59:59", "America/New_York", 2, date(2026, 3, 7)),
        ("2026-03-08T07:00:00", "America/New_York", 2, date(2026, 3, 8)),
        # One o'clock comes twice: the first one ends the day.
        ("2026-11-01T04:59:59", "America/New_York", 1, date(2026, 10, 31)),
        ("2026-11-01T05:30:00", "America/New_York", 1, date(2026, 11, 1)),
        ("2026-11-01T06:30:00", "America/New_York", 1, date(2026, 11, 1)),
    ],
)
def test_an_instant_counts_to_the_day_that_is_not_closed_out_yet(
    instant: str, zone: str, closeout: int, expected: date
) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert business_date(at, zone, closeout) == expected


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 8), "America/New_York", 24),
        (date(2026, 3, 7), "America/New_York", 23),
        (date(2026, 10, 31), "America/New_York", 25),
        (date(2026, 10, 24), "Europe/London", 25),
        (date(2026, 3, 28), "Europe/London", 23),
        (date(2026, 7, 14), "Africa/Lagos", 24),
    ],
)
def test_a_business_day_is_as_long_as_its_clocks_make_it(day: date, zone: str, hours: int) -> None:
    start, end = bounds(day, zone, 4)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("closeout", range(13))
def test_the_edges_of_a_day_agree_with_the_date_of_its_instants(zone: str, closeout: int) -> None:
    for changed in DAYS:
        for shift in (-1, 0, 1):
            day = changed + timedelta(days=shift)
            start, end = bounds(day, zone, closeout)
            assert business_date(start, zone, closeout) == day
            assert business_date(end - _MOMENT, zone, closeout) == day
            assert business_date(start - _MOMENT, zone, closeout) == day - timedelta(days=1)
            assert business_date(end, zone, closeout) == day + timedelta(days=1)


@given(
    st.integers(0, 15 * 365 * 24 * 3600).map(lambda s: _2015 + timedelta(seconds=s)),
    st.sampled_from(ZONES),
    st.integers(0, 12),
)
def test_every_instant_lies_in_the_bounds_of_its_own_business_date(
    at: datetime, zone: str, closeout: int
) -> None:
    start, end = bounds(business_date(at, zone, closeout), zone, closeout)
    assert start <= at < end
