"""Cash: by business date, the last days again, and a kill anywhere."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from config.errors import PermanentError
from connectors.base.contract import Cursor, Page, Period, Request
from connectors.toast import cash
from tests.unit.connectors.site import CONNECTOR, NOW, PLACE, Answer, Site, changes

TODAY = NOW.date()


def day(request: Request) -> str:
    return str(request.query["businessDate"])


def till(refuse: str = "") -> Site:
    """One entry and one deposit a day; a date is refused as Toast refuses mistakes."""

    def answer(request: Request) -> Answer:
        if day(request) == refuse:
            return Answer({"message": "no such date"}, 400)
        kind = request.path.rsplit("/", 1)[-1]
        return Answer([{"guid": f"{kind[0]}{day(request)}", "amount": 1}])

    return Site(answer)


def days(site: Site) -> list[date]:
    asked = dict.fromkeys(day(request) for request in site.asked)
    return [date.fromisoformat(each) for each in asked]


def after(cursor: Cursor | None, now: datetime) -> tuple[list[date], list[Page]]:
    site = till()
    pages = list(changes(site, "cash", cursor, now))
    return days(site), pages


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_the_first_reading_goes_back_two_weeks_and_a_day_ahead():
    asked, pages = after(None, NOW)
    assert asked == span(TODAY - timedelta(days=14), TODAY + timedelta(days=1))
    assert [page.done for page in pages] == [False] * 15 + [True]
    assert [page.watermark for page in pages[-2:]] == [None, NOW]


def test_ids_hold_kind_and_business_date():
    *_, last = changes(till(), "cash")
    assert [record.id for record in last.records] == [
        "entries/20260307/e20260307",
        "deposits/20260307/d20260307",
    ]
    found = CONNECTOR.read(last.records[1])
    assert (found.kind, found.business_date) == ("deposit", TODAY + timedelta(days=1))


def test_later_readings_take_the_last_three_days_again_wherever_the_till_is():
    _, pages = after(None, NOW)
    asked, _ = after(pages[-1].next, NOW + timedelta(minutes=30))
    # Three days before the earliest date that it may be somewhere.
    assert asked == span(TODAY - timedelta(days=4), TODAY + timedelta(days=1))


def test_after_an_absence_every_day_since_is_read():
    _, pages = after(None, NOW)
    asked, _ = after(pages[-1].next, NOW + timedelta(days=20))
    assert asked == span(TODAY - timedelta(days=4), TODAY + timedelta(days=21))


def test_a_kill_after_any_day_loses_none_of_them_nor_what_was_entered_late():
    _, pages = after(None, NOW)
    start, later = pages[-1].next, NOW + timedelta(days=10)
    _, whole = after(start, NOW)
    for killed in range(1, len(whole)):
        asked, rest = after(whole[killed - 1].next, later)
        read = span(TODAY - timedelta(days=4), TODAY)[:killed] + asked
        assert read == span(TODAY - timedelta(days=4), TODAY + timedelta(days=11))
        # Days read before the kill may have gained since: the next reading begins before it.
        again, _ = after(rest[-1].next, later)
        assert again[0] == TODAY - timedelta(days=4)


def test_a_day_that_has_not_begun_may_be_refused_and_no_other():
    (*_, last) = changes(till("20260307"), "cash")
    assert (list(last.records), last.done) == ([], True)
    with pytest.raises(PermanentError):
        list(changes(till("20260306"), "cash"))


def test_history_is_one_window_a_business_date():
    period = Period(date(2026, 2, 27), date(2026, 3, 1), NOW, NOW)
    windows = CONNECTOR.windows("cash", PLACE, period, NOW)
    assert [window.start.date() for window in windows] == span(date(2026, 2, 27), date(2026, 3, 1))
    site = till()
    (page,) = CONNECTOR.history(site, windows[1], None)
    assert page.done
    assert days(site) == [date(2026, 2, 28)]
    assert [record.location for record in page.records] == [PLACE, PLACE]


@pytest.mark.parametrize("stream", ["menus", "stock", "configuration", "availability"])
def test_what_only_has_a_present_has_no_history(stream: str):
    period = Period(date(2026, 2, 27), date(2026, 3, 1), NOW, NOW)
    assert CONNECTOR.windows(stream, PLACE, period, NOW) == ()


def test_single_entries_are_found_among_their_day():
    wanted: list[Any] = ["entries/20260306/e20260306", "deposits/20260305/nobody"]
    found = list(cash.fetch(till(), PLACE, wanted))
    assert [record.id for record in found] == wanted[:1]


def test_no_list_of_cash_is_an_error_and_not_an_empty_day():
    with pytest.raises(PermanentError, match="no list of cash"):
        list(changes(Site(lambda _: Answer(status=404)), "cash"))
