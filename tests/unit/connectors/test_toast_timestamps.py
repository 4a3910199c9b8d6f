"""Toast's dates and times, in every form that its pages show."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.toast.timestamps import (
    business_date,
    business_date_or_none,
    instant,
    instant_or_none,
    timestamp,
)

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


@given(at=INSTANTS, digits=st.integers(0, 6), colon=st.booleans())
def test_any_fraction_and_offset_is_understood(at: datetime, digits: int, colon: bool):
    step = 10 ** (6 - digits)
    at = at.replace(microsecond=at.microsecond // step * step)
    fraction = f".{at.microsecond:06}"[: digits + 1] if digits else ""
    offset = f"{at:%z}"
    offset = f"{offset[:3]}:{offset[3:]}" if colon else offset
    found = instant(f"{at:%Y-%m-%dT%H:%M:%S}{fraction}{offset}")
    assert found == at
    assert found.tzinfo is UTC


@given(at=INSTANTS)
def test_what_is_written_is_read_again_to_the_millisecond(at: datetime):
    text = timestamp(at)
    assert text.endswith("+0000")
    assert timedelta() <= at - instant(text) < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["2019-02-24T13:48:44Z", "2019-02-24T05:48:44.000-0800"])
def test_the_forms_of_the_guide(text: str):
    assert instant(text) == datetime(2019, 2, 24, 13, 48, 44, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2019-02-24", "2019-02-24T13:48:44", "20190224"])
def test_what_is_no_instant_is_refused(text: str):
    with pytest.raises(ValueError, match=r"timestamp|isoformat"):
        instant(text)


def test_the_epoch_stands_for_none():
    assert instant_or_none("1970-01-01T00:00:00.000+0000") is None
    assert instant_or_none(None) is None


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), as_text=st.booleans())
def test_business_dates_may_be_numbers_or_digits(day: date, as_text: bool):
    digits = f"{day:%Y%m%d}"
    assert business_date(digits if as_text else int(digits)) == day


@pytest.mark.parametrize(
    "number", [20260230, 123, "2026-3-1", "abcdefgh", -2026030, "00010101", 19991231, 21000101]
)
def test_what_is_no_day_is_refused(number: int | str):
    with pytest.raises(ValueError, match=r"day|month|date"):
        business_date(number)


def test_zero_is_no_business_date():
    assert business_date_or_none(0) is business_date_or_none(None) is None
