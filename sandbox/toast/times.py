"""Toast's way of writing instants and business dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# What an entity made on a till carries as `deletedDate` while it isn't deleted.
NEVER_DELETED = "1970-01-01T00:00:00.000+0000"

_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<time>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,6}))?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)"
)


def instant(at_ms: int) -> str:
    """UTC with milliseconds and an offset without colon: `2019-02-24T13:48:44.206+0000`."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}+0000"


def instant_or_null(at_ms: int | None) -> str | None:
    """The same for an instant that may not have come."""
    return None if at_ms is None else instant(at_ms)


def zulu(at_ms: int) -> str:
    """UTC with milliseconds and `Z`, as webhook envelopes write it."""
    return instant(at_ms).replace("+0000", "Z")


def parse_instant(text: str) -> int:
    """UNIX milliseconds of an instant with `Z`, `+0000` or `+00:00` and 0 to 6 decimals.

    Raises:
        ValueError: anything else, such as an offset whose `+` was read as a space.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(f"not an instant: {text!r}")
    fraction = (found["fraction"] or "").ljust(6, "0")
    zone = "+00:00" if found["zone"] == "Z" else found["zone"]
    if ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    at = datetime.fromisoformat(f"{found['day']}T{found['time']}.{fraction}{zone}")
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    return ZoneInfo(name)


def business_day(at_ms: int, zone: str, closeout_hour: int) -> date:
    """The local date, or the one before while it is earlier than the closeout hour."""
    local = datetime.fromtimestamp(at_ms / 1000, zone_of(zone))
    return local.date() - timedelta(days=local.hour < closeout_hour)


def yyyymmdd(day: date) -> int:
    """A business date as the integer that bodies carry."""
    return day.year * 10_000 + day.month * 100 + day.day


def parse_business_date(text: str) -> int:
    """The integer of an 8-digit business date in a query.

    Raises:
        ValueError: not eight digits, or no such day.
    """
    if not re.fullmatch(r"\d{8}", text):
        raise ValueError(f"not a business date: {text!r}")
    datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    return int(text)


def local_ms(local: datetime, zone: str) -> int:
    """UNIX milliseconds of a naive local time; the earlier one where the clock goes back."""
    return round(local.replace(tzinfo=zone_of(zone)).timestamp() * 1000)
