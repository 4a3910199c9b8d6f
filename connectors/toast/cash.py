"""Cash in and out of the drawers, and to the bank, by business date.

Source: Toast API reference, "Cash management" (openapi toast-cashmgmt-api 1.1.0),
    https://doc.toasttab.com/openapi/cashmgmt/overview/, read 2026-12-01. One call gives one
    business date; there is no asking by change. What guests pay in cash is part of their orders.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from config.errors import PermanentError
from connectors.base.contract import Cursor, Http, Page, Period, Record, Window
from connectors.base.platform import Stream
from connectors.toast import asking, limits, pages
from connectors.toast.business_days import by_day
from connectors.toast.timestamps import business_date

# Friday's cash is counted and banked on Monday, and what was entered wrongly is undone then. An
# undoing belongs to its own date and names the other, so it isn't missed however late it comes.
_LATE = timedelta(days=3)
_DAY = timedelta(days=1)

CASH = Stream(
    name="cash",
    version_of="the instant of reading",
    overlap=_LATE,
    first_reach=timedelta(weeks=2),
    every=timedelta(minutes=30),
    per_location=True,
)
PATH = "/cashmgmt/v1/"
KINDS = ("entries", "deposits")
_VERSION = 1


def changes(http: Http, location: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
    """Business dates up to the one after today's in UTC, a page each.

    The zone isn't known here: a restaurant is at most a day off the date in UTC.
    """
    began, day = _place(cursor, now.date())
    tomorrow = now.date() + _DAY
    while day <= tomorrow:
        records = _of_day(http, location, day, may_lie_ahead=day == tomorrow)
        done, day = day == tomorrow, day + _DAY
        ahead: Cursor = {"v": _VERSION, "began": f"{began:%Y%m%d}"}
        if not done:
            ahead = {**ahead, "day": f"{day:%Y%m%d}"}
        yield Page(records, ahead, done, watermark=now if done else None)


def windows(location: str, period: Period, _: datetime) -> Sequence[Window]:
    """One window a business date."""
    return by_day(CASH.name, location, period.since, period.until)


def history(http: Http, window: Window, _: Cursor | None, __: Sequence[str]) -> Iterator[Page]:
    """The one page of a business date."""
    records = _of_day(http, window.location, window.start.date())
    yield Page(records, {"v": _VERSION}, done=True, watermark=window.end)


def fetch(http: Http, location: str, ids: Sequence[str]) -> Iterator[Record]:
    """Single entries and deposits, out of what is listed for their business dates."""
    days = sorted({business_date(name.split("/")[1]) for name in ids})
    listed = (record for day in days for record in _of_day(http, location, day))
    wanted = set(ids)
    yield from (record for record in listed if record.id in wanted)


def _place(cursor: Cursor | None, today: date) -> tuple[date, date]:
    """The date on which this reading began, and the business date to go on from."""
    if not cursor or cursor.get("v") != _VERSION or "began" not in cursor:
        return today, today - CASH.first_reach
    began = business_date(str(cursor["began"]))
    if "day" in cursor:
        return began, business_date(str(cursor["day"]))
    # West of Greenwich it was still the day before.
    return today, min(began, today) - _DAY - _LATE


def _of_day(http: Http, location: str, day: date, *, may_lie_ahead: bool = False) -> list[Record]:
    asked = f"{day:%Y%m%d}"
    found: dict[str, Record] = {}
    for kind in KINDS:
        try:
            response = asking.get(http, PATH + kind, location, limits.CASH, businessDate=asked)
        except PermanentError as refused:
            # That a date hasn't begun at the restaurant may be an error to Toast: it isn't said.
            if may_lie_ahead and refused.code == "toast.refused_400":
                continue
            raise
        for raw in pages.elements(asking.found(response, "cash").body):
            name = f"{kind}/{asked}/{pages.identity(raw)[0]}"
            found[name] = Record(CASH.name, name, raw, location)
    return [*found.values()]
