"""History in slices, and pages that hold an order no decoder takes."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import PermanentError, TransientError
from connectors.base.contract import Http, Period, Request, Response, Window
from connectors.toast import orders, pages
from connectors.toast.business_days import BY_DAY
from connectors.toast.client import Toast
from connectors.toast.orders import windows
from tests.unit.connectors.till import NOON, Till, filled

MONTH = timedelta(days=28)
BULK_SINCE = datetime(2015, 12, 1, tzinfo=UTC)
SLOW = {"api_url": "https://ws-api.toasttab.com", "client_id": "", "client_secret": ""}
LOCAL = {**SLOW, "api_url": "http://localhost"}
SPAN = Window("orders", "site", NOON - timedelta(hours=2), NOON)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def period(start: datetime, end: datetime) -> Period:
    """The days that hold `[start, end)`, at a till whose days are those of UTC."""
    return Period(start.date(), (end - timedelta(microseconds=1)).date(), start, end)


def test_a_year_is_cut_into_windows_of_four_weeks():
    cut = windows("site", period(at(2025, 1, 1), at(2026, 1, 1)), at(2026, 1, 1))
    assert len(cut) == 14
    assert cut[0].start == at(2025, 1, 1)
    assert cut[-1].end == at(2026, 1, 1)


@given(
    start=st.datetimes(datetime(2014, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    length=st.timedeltas(timedelta(hours=1), timedelta(days=1500)),
    ago=st.timedeltas(timedelta(), timedelta(days=3000)),
)
def test_windows_leave_nothing_out_and_are_never_too_long(
    start: datetime, length: timedelta, ago: timedelta
):
    start = start.replace(tzinfo=UTC)
    end, now = start + length, start + length + ago
    cut = windows("site", period(start, end), now)
    spans = [window for window in cut if not window.mode]
    days = [window for window in cut if window.mode == BY_DAY]
    assert cut == sorted(days, key=lambda w: w.start) + sorted(spans, key=lambda w: w.start)
    assert all(timedelta() < window.end - window.start <= MONTH for window in spans)
    assert all(window.start > BULK_SINCE for window in spans)
    assert all(a.end == b.start for run in (spans, days) for a, b in itertools.pairwise(run))
    # Whatever was edited since: by its business date, or in a window of changes up to now.
    by_day_until = BULK_SINCE if spans else end
    if start < by_day_until:
        assert days[0].start <= start
        assert days[-1].end >= min(end, by_day_until)
    if spans:
        assert spans[0].start <= max(start, BULK_SINCE + timedelta(milliseconds=1))
        assert spans[-1].end == min(now, end + timedelta(days=100))


def test_a_week_long_ago_is_read_by_day_since_its_orders_may_be_edited_since():
    cut = windows("site", period(at(2026, 1, 1), at(2026, 1, 8)), at(2026, 11, 1))
    assert {window.mode for window in cut} == {BY_DAY}
    assert (cut[0].start, cut[-1].end) == (at(2026, 1, 1), at(2026, 1, 8))


def test_a_month_long_ago_is_read_by_change_until_nobody_can_refund_any_of_it():
    cut = windows("site", period(at(2026, 1, 1), at(2026, 2, 1)), at(2026, 11, 1))
    assert {window.mode for window in cut} == {""}
    assert (cut[0].start, cut[-1].end) == (at(2026, 1, 1), at(2026, 2, 1) + timedelta(days=100))


def test_before_december_2015_a_window_is_a_business_day():
    cut = windows("site", period(at(2015, 11, 29), at(2018, 12, 10)), at(2019, 1, 1))
    assert [f"{window.start:%m%d}" for window in cut if window.mode] == [
        "1129",
        "1130",
        "1201",
    ]
    assert next(w for w in cut if not w.mode).start == BULK_SINCE + timedelta(milliseconds=1)


class Deaf(Till):
    """Answers every call with the same page."""

    def __init__(self, body: bytes = b"[]", status: int = 200) -> None:
        super().__init__()
        self.reply = Response(status, {}, body, NOON)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        return self.reply


def read(http: Http, window: Window = SPAN, resume: dict[str, int] | None = None) -> list[str]:
    return [
        record.id for page in Toast(LOCAL).history(http, window, resume) for record in page.records
    ]


def test_a_business_day_is_asked_for_by_its_date():
    http = Deaf()
    read(http, windows("site", period(at(2015, 3, 9), at(2015, 3, 10)), at(2015, 3, 10))[0])
    assert http.asked[0].query == {"businessDate": "20150309", "pageSize": 100, "page": 1}


def test_a_window_is_read_whole_and_can_be_resumed_anywhere():
    till = filled(350)
    whole = list(Toast(LOCAL).history(till, SPAN, None))
    assert sorted(r.id for page in whole for r in page.records) == sorted(till.modified)
    # Its last page is found first.
    assert [len(page.records) for page in whole] == [0, 0, 50, 100, 100, 100]
    assert [page.done for page in whole] == [False] * 5 + [True]
    assert whole[-1].watermark == SPAN.end
    for place, page in enumerate(whole):
        rest = read(till, SPAN, dict(page.next))
        assert rest == [r.id for later in whole[place + 1 :] for r in later.records]


@pytest.mark.parametrize(("settings", "spaced"), [(SLOW, True), (LOCAL, False)])
def test_history_calls_are_charged_to_their_own_bucket(settings: dict[str, str], spaced: bool):
    http = Deaf()
    list(Toast(settings).history(http, SPAN, None))
    charged = ("global", "global_15min", "orders_api", "orders_api_15min", "ordersBulk")
    assert tuple(http.asked[0].buckets) == charged + (("history",) if spaced else ())


def test_no_list_of_orders_is_an_error_not_an_empty_window():
    with pytest.raises(PermanentError, match="no list of orders"):
        read(Deaf(status=404))


DEEP = b'{"guid": "deep", "checks": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"


@pytest.mark.parametrize(
    ("odd", "guid"),
    [
        (b'{"checks": [{"guid": "c"}], "guid" : "odd", "amount": NaN}', "odd"),
        (DEEP, "deep"),
        (b'{"guid": 5}', None),
        (b"17", None),
        (b'{"note": "a ] , } \\" [", "guid": "odd", "x": Infinity}', "odd"),
    ],
)
def test_one_order_that_cannot_be_read_does_not_spoil_its_page(odd: bytes, guid: str | None):
    body = b'[{"guid": "a", "n":  1} , ' + odd + b', {"guid": "b"}]'
    first, middle, last = pages.read(Response(200, {}, body, NOON), "site").records
    assert (first.id, first.raw) == ("a", b'{"guid": "a", "n":  1}')
    assert (last.id, last.raw) == ("b", b'{"guid": "b"}')
    assert middle.raw == odd
    assert middle.id == guid or (guid is None and middle.id.startswith("unreadable:"))


@pytest.mark.parametrize("body", [b'[{"guid": "a"}, {"gu', b"{}", b"", b'[{"a": NaN}, {]', b"[[]"])
def test_a_page_that_was_cut_off_is_tried_again(body: bytes):
    with pytest.raises(TransientError):
        pages.read(Response(200, {}, body, NOON), "site")


def test_the_streams_card_keeps_within_what_toast_allows():
    assert orders.ORDERS.max_window == MONTH
    assert orders.ORDERS.page_size == 100
