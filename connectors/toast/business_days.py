"""Windows of one business date each."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from connectors.base.contract import Window

BY_DAY = "business_date"
_DAY = timedelta(days=1)


def by_day(stream: str, location: str, since: date, until: date) -> list[Window]:
    """A window a business date, named by its midnight in UTC whatever the zone."""
    first = datetime.combine(since, time(), UTC)
    last = datetime.combine(until, time(), UTC)
    return [Window(stream, location, *span, BY_DAY) for span in spans(first, last + _DAY, _DAY)]


def spans(start: datetime, end: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """A period in pieces of a length, the last one maybe shorter."""
    while start < end:
        until = min(end, start + length)
        yield start, until
        start = until
