"""Toast's two ways of writing time: offset timestamps and yyyymmdd business dates."""

from datetime import UTC, date, datetime
from functools import lru_cache

# POS-made entities carry this where "not yet" is meant.
_PLACEHOLDER = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str) -> datetime:
    """An instant in UTC from a timestamp with an offset.

    Source: Toast developer guide, "Dates and timestamps",
        https://doc.toasttab.com/doc/devguide/api_dates_and_timestamps.html, read 2026-11-01:
        UTC with milliseconds and +0000; examples also show Z, -0800 and no fraction.

    Raises: ValueError when it is no timestamp or lacks an offset.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is UTC:
            return at
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except OverflowError:
        pass
    raise ValueError("no timestamp with an offset")


def instant_or_none(text: str | None) -> datetime | None:
    """An optional instant; the epoch stands for none. Raises: ValueError."""
    if not text:
        return None
    at = instant(text)
    return None if at == _PLACEHOLDER else at


def timestamp(at: datetime) -> str:
    """An instant as Toast's queries take it, to the millisecond."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


@lru_cache(maxsize=1024)
def business_date(number: int | str) -> date:
    """A day from yyyymmdd, as number or digits. Raises: ValueError, also for other centuries."""
    digits = str(number)
    if len(digits) != 8 or not digits.isdecimal():
        raise ValueError("no yyyymmdd date")
    if not digits.startswith("20"):
        raise ValueError("no date of this century")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def business_date_or_none(number: int | str | None) -> date | None:
    """An optional day; zero and nothing stand for none. Raises: ValueError."""
    return business_date(number) if number else None
