"""The day a location counts an instant to: local time less its closeout hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def business_date(instant: datetime, time_zone: str, closeout_hour: int) -> date:
    """The business date of an aware instant; before the closeout hour it is still yesterday."""
    local = instant.astimezone(ZoneInfo(time_zone))
    day = local.date()
    return day - timedelta(days=1) if local.hour < closeout_hour else day


def bounds(day: date, time_zone: str, closeout_hour: int) -> tuple[datetime, datetime]:
    """The half-open span `[start, end)` of a business date in UTC: 23 to 25 hours long."""
    return (
        _closeout(day, time_zone, closeout_hour),
        _closeout(day + timedelta(days=1), time_zone, closeout_hour),
    )


def _closeout(day: date, time_zone: str, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(time_zone)).astimezone(UTC)
