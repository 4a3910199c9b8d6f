"""Instants, and the day that an order counts to."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox.toast import times


def test_instants_have_milliseconds_and_an_offset_without_colon() -> None:
    assert times.instant(1_551_016_124_206) == "2019-02-24T13:48:44.206+0000"
    assert times.zulu(1_551_016_124_206) == "2019-02-24T13:48:44.206Z"


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-24T13:48:44.206+0000",
        "2019-02-24T13:48:44.206Z",
        "2019-02-24T13:48:44.206+00:00",
        "2019-02-24T05:48:44.206000-0800",
    ],
)
def test_reads_every_documented_way_of_writing(text: str) -> None:
    assert times.parse_instant(text) == 1_551_016_124_206


@pytest.mark.parametrize("text", ["", "2019-02-24", "2019-02-24T13:48:44 0000", "now"])
def test_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="not an instant"):
        times.parse_instant(text)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-22T03:59:59.999+0100", date(2026, 11, 21)),
        ("2026-11-22T04:00:00.000+0100", date(2026, 11, 22)),
        ("2026-11-22T23:59:59.999+0100", date(2026, 11, 22)),
    ],
)
def test_the_day_starts_at_the_closeout_hour(at: str, day: date) -> None:
    assert times.business_day(times.parse_instant(at), "Africa/Lagos", 4) == day


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        ("2026-03-07T09:00:00Z", "2026-03-08T08:00:00Z", date(2026, 3, 7)),
        ("2026-10-31T08:00:00Z", "2026-11-01T09:00:00Z", date(2026, 10, 31)),
    ],
)
def test_days_before_a_clock_change_are_shorter_or_longer(start: str, end: str, day: date) -> None:
    first, last = times.parse_instant(start), times.parse_instant(end) - 1
    assert times.business_day(first, "America/New_York", 4) == day
    assert times.business_day(last, "America/New_York", 4) == day
    assert times.business_day(first - 1, "America/New_York", 4) < day
    assert times.business_day(last + 1, "America/New_York", 4) > day
