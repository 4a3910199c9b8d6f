"""Reading changes: nothing is lost while orders are edited, and a kill anywhere is harmless."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import PermanentError
from connectors.base.contract import Cursor, Page, Response
from connectors.toast import orders, pages
from connectors.toast.orders import ORDERS, Place, changes
from tests.unit.connectors.till import NOON, Till, filled

LATEST = NOON - ORDERS.hold_back


def read(till: Till, cursor: Cursor | None = None) -> Iterator[Page]:
    return changes(till, "site", cursor, till.now)


def start_at(mark: datetime) -> Cursor:
    return Place(mark).cursor()


RECENT = start_at(NOON - timedelta(hours=2))


def ids(found: list[Page]) -> list[str]:
    return [record.id for page in found for record in page.records]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 201, 350, 400, 799, 800, 801])
@pytest.mark.parametrize("links", [True, False])
def test_every_order_comes_once_whatever_the_number_of_pages(
    count: int, links: bool, monkeypatch: pytest.MonkeyPatch
):
    till = filled(count)
    till.links = links
    found = list(read(till, RECENT))
    assert sorted(ids(found)) == sorted(till.modified)
    assert [page.done for page in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].watermark == LATEST
    assert found[-1].next == start_at(LATEST)


def test_a_quiet_till_takes_one_call():
    till = filled(40)
    list(read(till, RECENT))
    assert len(till.asked) == 1
    assert till.asked[0].query == {
        "startDate": "2026-03-01T09:50:00.000+0000",
        "endDate": "2026-03-01T11:59:00.000+0000",
        "pageSize": 100,
        "page": 1,
    }
    assert till.asked[0].location == "site"


def test_ten_pages_take_few_calls_more():
    till = filled(1000)
    list(read(till, RECENT))
    assert len(till.asked) <= 10 + 7


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 60), size=st.integers(1, 7), killed=...)
def test_nothing_is_lost_while_orders_leave_the_window(
    seed: int, count: int, size: int, killed: bool
):
    chance = random.Random(seed)
    till = filled(count)
    ranks = {guid: chance.random() for guid in till.modified}
    till.rank = ranks.__getitem__

    def edit_some(shop: Till) -> None:
        shop.now += timedelta(seconds=1)
        for guid in chance.sample(sorted(shop.modified), min(len(shop.modified), 3)):
            if chance.random() < 0.7:
                shop.edit(guid)

    till.between = edit_some
    versions = dict(till.modified)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages, "PAGE_SIZE", size)
        seen = stored(till, chance if killed else None)
        # What was edited meanwhile comes with the next reading, after things calm down.
        till.between = lambda _: None
        till.now += timedelta(hours=1)
        first_pass = dict(seen)
        cursor = start_at(LATEST)
        for page in read(till, cursor):
            seen |= {record.id: record.raw for record in page.records}
    unedited = {guid for guid, at in versions.items() if till.modified[guid] == at}
    assert unedited <= set(first_pass)
    assert set(seen) == set(till.modified)
    assert seen == {guid: till.body([guid])[1:-1] for guid in till.modified}


def stored(till: Till, killer: random.Random | None) -> dict[str, bytes]:
    """What is stored after reading to the end, begun anew from the last page after each kill."""
    kept: dict[str, bytes] = {}
    cursor: Cursor = RECENT
    now = till.now
    while True:
        for page in changes(till, "site", cursor, now):
            kept |= {record.id: record.raw for record in page.records}
            cursor = page.next
            if killer and killer.random() < 0.3 and not page.done:
                break
            if page.done:
                return kept


def test_reading_forwards_would_lose_some(monkeypatch: pytest.MonkeyPatch):
    """The hazard is real: the same till, read from the first page on, loses an order."""
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    till = filled(6)
    call = iter((None, "o00000", None, None))

    def leave(shop: Till) -> None:
        if guid := next(call):
            shop.edit(guid)

    till.between = leave
    read_page = orders._reader(till, "site", orders._between(NOON - timedelta(hours=2), LATEST), ())
    forwards = [record.id for number in (1, 2, 3) for record in read_page(number).records]
    assert "o00002" not in forwards


def test_the_first_reading_reaches_back_twelve_weeks_in_windows_of_four():
    till = filled(3)
    found = list(read(till))
    starts = [str(request.query["startDate"])[:10] for request in till.asked]
    assert starts[0] == "2025-12-07"
    assert len(found) == len(till.asked) == 4
    assert all(page.done for page in found)
    marks = [page.watermark for page in found]
    assert marks == sorted(marks, key=lambda at: at or NOON)
    assert marks[-1] == LATEST
    for page, following in zip(till.asked, till.asked[1:], strict=False):
        assert str(following.query["startDate"]) < str(page.query["endDate"])


def test_a_resumed_window_keeps_its_bounds():
    till = filled(350)
    last = next(page for page in read(till, RECENT) if page.records)
    till.now += timedelta(minutes=30)
    till.asked.clear()
    rest = list(read(till, last.next))
    assert till.asked[0].query["endDate"] == "2026-03-01T11:59:00.000+0000"
    assert till.asked[0].query["page"] == last.next["page"] == 3
    assert rest[2].watermark == LATEST
    assert rest[-1].watermark == till.now - ORDERS.hold_back


def test_the_cursor_is_flat_and_names_its_members():
    found = list(read(filled(350), RECENT))
    within, searching = {"v", "mark", "start", "end"}, {"low", "high", "bounded"}
    assert [set(page.next) - within for page in found[:3]] == [searching, searching, {"page"}]
    for page in found:
        assert all(isinstance(value, str | int | bool) for value in page.next.values())


@pytest.mark.parametrize("orders", [150, 350, 1_050, 1_850])
def test_who_may_call_but_once_at_a_time_gets_to_the_end(orders: int):
    """A limit that cuts each attempt short after one call takes nothing back that was found."""
    till, cursor, kept, attempts = filled(orders), RECENT, set[str](), 0
    done = False
    while not done:
        page = next(read(till, cursor))
        cursor, done = page.next, page.done
        kept |= {record.id for record in page.records}
        attempts += 1
    assert kept == set(till.modified)
    assert attempts == len(till.asked) <= 2 * (orders // 100) + 12


def test_a_cursor_of_another_form_keeps_its_mark():
    till = filled(5)
    odd = {**RECENT, "v": 99, "start": "?", "end": "?", "page": 7}
    assert sorted(ids(list(read(till, odd)))) == sorted(till.modified)
    assert till.asked[0].query["page"] == 1


def test_when_nothing_can_have_changed_it_makes_no_call():
    till = filled(5)
    found = list(read(till, start_at(LATEST)))
    assert till.asked == []
    assert found[0].done
    assert found[0].watermark == LATEST


def test_a_vendor_that_ignores_page_numbers_is_an_error_not_a_loop():
    till = filled(100)

    class Deaf(Till):
        def send(self, request: object) -> Response:
            body = till.body(sorted(till.modified))
            return Response(200, {"link": '<x>; rel="next"'}, body, NOON)

    with pytest.raises(PermanentError, match="same page"):
        list(read(Deaf(), RECENT))


def test_the_newest_of_two_copies_on_a_page_is_kept():
    body = b"""[{"guid": "a", "modifiedDate": "2026-03-01T10:00:00Z", "n": 1},
        {"guid": "a", "modifiedDate": "2026-03-01T11:00:00.5+0000", "n": 2},
        {"guid": "a", "modifiedDate": "2026-03-01T01:00:00-0800", "n": 3}]"""
    listing = pages.read(Response(200, {}, body, NOON), "site")
    assert [b'"n": 2' in record.raw for record in listing.records] == [True]


def test_changes_before_december_2015_are_never_asked_for():
    till = Till(now=datetime(2015, 12, 5, tzinfo=UTC))
    list(read(till))
    assert till.asked[0].query["startDate"] == "2015-12-01T00:00:00.001+0000"
