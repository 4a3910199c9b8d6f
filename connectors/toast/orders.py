"""Orders, by when they were changed.

Source: Toast developer guide, "Getting detailed information about multiple orders",
    https://doc.toasttab.com/doc/devguide/
    apiOrdersGetDetailedInfoAboutMultipleOrders.html, read 2026-11-01.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from config.errors import PermanentError
from connectors.base.contract import Cursor, Http, Page, Period, Record, Request, Window
from connectors.base.platform import Deletes, Stream
from connectors.toast import limits, pages
from connectors.toast.business_days import BY_DAY, by_day, spans
from connectors.toast.paging import Left, Listing, Read, backwards, left_of, members_of
from connectors.toast.timestamps import instant, timestamp

ORDERS = Stream(
    name="orders",
    key="guid",
    version_of="modifiedDate",
    # Toast shows a change within a second. What it shows later than that is read again for ten
    # minutes; a change within the last minute is left for the next reading.
    overlap=timedelta(minutes=10),
    hold_back=timedelta(minutes=1),
    # "One month" at most; four weeks are no longer than any month.
    max_window=timedelta(days=28),
    # As Toast recommends for a first reading.
    first_reach=timedelta(weeks=12),
    every=timedelta(minutes=1),
    deletes=Deletes.IN_FEED,
    per_location=True,
    page_size=pages.PAGE_SIZE,
    sales=True,
)

BULK = "/orders/v2/ordersBulk"
_ORDER = "/orders/v2/orders/"
_MILLISECOND = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
# Windows of changes must start after this instant; what is older is asked for by business date.
_CHANGES_SINCE = datetime(2015, 12, 1, tzinfo=UTC)
_VERSION = 1
# Card payments can be refunded for 90 days (Toast platform guide, "Refund permissions and
# limitations", read 2026-11-01); some days more for what is booked late.
_REFUNDABLE = timedelta(days=100)
# What reading a window of four weeks takes at a usual till, in calls; a day takes one.
_CALLS_A_WINDOW = 3
_Query = dict[str, str | int]


@dataclass(frozen=True)
class Place:
    """A place in the delta: complete to `mark`; within a window its bounds and what is left."""

    mark: datetime
    start: datetime | None = None
    end: datetime | None = None
    left: Left | None = None

    @classmethod
    def of(cls, cursor: Cursor | None, now: datetime) -> "Place":
        """The place that a cursor names; a form we don't know keeps its mark at most."""
        if not cursor or "mark" not in cursor:
            return cls(now - ORDERS.first_reach)
        mark = instant(str(cursor["mark"]))
        left = left_of(cursor)
        if cursor.get("v") != _VERSION or left is None:
            return cls(mark)
        start, end = instant(str(cursor["start"])), instant(str(cursor["end"]))
        return cls(mark, start, end, left)

    def cursor(self) -> Cursor:
        """This place as a flat map."""
        members: dict[str, str | int | bool] = {"v": _VERSION, "mark": timestamp(self.mark)}
        if self.start and self.end and self.left:
            members |= {"start": timestamp(self.start), "end": timestamp(self.end)}
            members |= members_of(self.left)
        return members


def changes(http: Http, location: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
    """All changes up to `now` less the hold-back, in as many windows as that takes."""
    latest = _whole_ms(now - ORDERS.hold_back)
    place = Place.of(cursor, now)
    if place.left is None and place.mark >= latest:
        yield Page((), place.cursor(), done=True, watermark=place.mark)
    while place.left is not None or place.mark < latest:
        start, end = _bounds(place, latest)
        read = _reader(http, location, _between(start, end), limits.ORDERS_BULK)
        for listing, left in backwards(read, place.left):
            ahead = Place(place.mark, start, end, left) if left else Place(end)
            yield _page(listing, ahead.cursor(), end=None if left else end)
        place = Place(end)


def windows(location: str, period: Period, now: datetime) -> Sequence[Window]:
    """Every order of a period, in business days or in windows of four weeks.

    An order that was edited months later has moved to a later window of changes, while its
    business date stays. So a short period is asked for day by day; a long one by changes from its
    start until nobody can refund any of it, which takes fewer calls. What is older than December
    2015 can only be asked for by day.
    """
    changed_since = max(period.start, _CHANGES_SINCE + _MILLISECOND)
    changed_until = min(period.end + _REFUNDABLE, now)
    by_change = list(spans(changed_since, changed_until, ORDERS.max_window or _DAY))
    days = (period.until - period.since).days + 1
    if days <= len(by_change) * _CALLS_A_WINDOW:
        return by_day(ORDERS.name, location, period.since, period.until)
    early = by_day(ORDERS.name, location, period.since, min(period.until, _CHANGES_SINCE.date()))
    return [*early, *(Window(ORDERS.name, location, *span) for span in by_change)]


def history(
    http: Http, window: Window, resume: Cursor | None, buckets: Sequence[str]
) -> Iterator[Page]:
    """The pages of one window."""
    left_over = left_of(resume) if resume and resume.get("v") == _VERSION else None
    if left_over == 0:
        yield _page(Listing((), more=False), _position(0), end=window.end)
        return
    of_day: _Query = {"businessDate": f"{window.start:%Y%m%d}"}
    query = of_day if window.mode == BY_DAY else _between(window.start, window.end)
    read = _reader(http, window.location, query, buckets)
    for listing, left in backwards(read, left_over):
        yield _page(listing, _position(left), end=None if left else window.end)


def fetch(http: Http, location: str, ids: Sequence[str]) -> Iterator[Record]:
    """Orders one by one, as Toast has no call for several."""
    for guid in ids:
        path = _ORDER + quote(guid, safe="")
        response = http.send(Request("GET", path, location=location, buckets=limits.ORDERS))
        if response.status == 200:
            yield Record(ORDERS.name, guid, response.body, location)


def _bounds(place: Place, latest: datetime) -> tuple[datetime, datetime]:
    if place.start and place.end:
        return place.start, place.end
    start = max(place.mark - ORDERS.overlap, _CHANGES_SINCE + _MILLISECOND)
    return start, min(latest, start + (ORDERS.max_window or _DAY))


def _reader(http: Http, location: str, query: _Query, buckets: Sequence[str]) -> Read:
    def read(number: int) -> Listing:
        asked: _Query = {**query, "pageSize": pages.PAGE_SIZE, "page": number}
        response = http.send(Request("GET", BULK, asked, location=location, buckets=buckets))
        if response.status != 200:
            raise PermanentError(
                "toast.no_orders_here",
                "There is no list of orders at the connection's address.",
                next_step="Check the connection's api_url.",
            )
        return pages.read(response, location)

    return read


def _between(start: datetime, end: datetime) -> _Query:
    return {"startDate": timestamp(start), "endDate": timestamp(end)}


def _position(left: Left) -> Cursor:
    return {"v": _VERSION, **members_of(left)}


def _page(listing: Listing, ahead: Cursor, *, end: datetime | None) -> Page:
    """A page of a window; `end` is the window's end once nothing is left of it."""
    return Page(listing.records, ahead, done=end is not None, watermark=end)


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
