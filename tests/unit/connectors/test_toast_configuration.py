"""Configuration: lists in pages, a kill anywhere, and publishing while it is being read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.errors import PermanentError, TransientError
from connectors.base.contract import Cursor, Page, Request
from connectors.toast import asking, configuration
from connectors.toast.configured import RESOURCES
from tests.unit.connectors.site import NOW, PLACE, Answer, Site, changes

NAMES = list(RESOURCES)
BEGAN = NOW - asking.LAG


def listing(pages: int = 2, at: datetime = NOW) -> Callable[[Request], Answer]:
    """Each list has `pages` pages of one element; the token of each is its number."""

    def answer(request: Request) -> Answer:
        number = int(str(request.query.get("pageToken") or 0))
        name = request.path.rsplit("/", 1)[-1]
        more = {"toast-next-page-token": str(number + 1)} if number + 1 < pages else {}
        return Answer([{"guid": f"{name}-{number}", "name": name}], headers=more, at=at)

    return answer


EVERYTHING = [f"{name}/{name}-{number}" for name in NAMES for number in (0, 1)]


def ids(found: list[Page]) -> list[str]:
    return [record.id for page in found for record in page.records]


def test_every_list_is_read_page_by_page_as_of_one_instant():
    site = Site(listing())
    found = list(changes(site, "configuration"))
    assert ids(found) == EVERYTHING
    assert {page.listed_at for page in found} == {BEGAN}
    assert [page.done for page in found] == [False] * 13 + [True]
    assert [page.watermark for page in found[-2:]] == [None, BEGAN]
    assert site.paths()[0] == "/config/v2/diningOptions"
    assert "/config/v2/alternatePaymentTypes" in site.paths()


def test_a_kill_after_any_page_is_made_up_for():
    for killed in range(1, 14):
        early = []
        for page, _ in zip(changes(Site(listing()), "configuration"), range(killed), strict=False):
            early.append(page)
        later = NOW + timedelta(minutes=9)
        rest = list(changes(Site(listing()), "configuration", early[-1].next, later))
        assert ids(early + rest) == EVERYTHING
        # What the first pages showed isn't taken for gone, nor anything set up since for listed.
        assert {page.listed_at for page in rest} == {BEGAN}


def test_after_the_end_the_next_listing_begins():
    *_, last = changes(Site(listing()), "configuration")
    later = NOW + timedelta(hours=1)
    (first, *_) = changes(Site(listing(at=later)), "configuration", last.next, later)
    assert first.listed_at == BEGAN + timedelta(hours=1)


def refusing(status: int, times: int, token: str = "1") -> Site:
    """Answers so many calls with this token by a status, then as usual."""
    left, usual = [times], listing()

    def answer(request: Request) -> Answer:
        if request.query.get("pageToken", "") == token and left[0]:
            left[0] -= 1
            return Answer({}, status)
        return usual(request)

    return Site(answer)


@pytest.mark.parametrize("status", [409, 400, 404])
def test_a_list_whose_token_is_refused_is_read_from_its_first_page(status: int):
    site = refusing(status, 1)
    found = list(changes(site, "configuration"))
    # The first page again, then the rest.
    assert ids(found) == [EVERYTHING[0], *EVERYTHING]
    assert [page.done for page in found][-1]


@pytest.mark.parametrize("status", [409, 400])
def test_a_token_that_had_its_day_while_nobody_read_restarts_its_list(status: int):
    cursor: Cursor = configuration.Place(BEGAN, 2, "1").cursor()
    later = list(changes(refusing(status, 1), "configuration", cursor, NOW + timedelta(days=2)))
    assert ids(later) == EVERYTHING[4:]
    assert {page.listed_at for page in later} == {BEGAN}


def test_publishing_without_end_is_left_for_later():
    for token in ("", "1"):
        site = refusing(409, 99, token)
        with pytest.raises(TransientError) as caught:
            list(changes(site, "configuration"))
        assert caught.value.code == "toast.changed_meanwhile"
        assert caught.value.retry_after_s == 60
        assert len(site.asked) <= 9


@pytest.mark.parametrize(("status", "code"), [(400, "toast.refused_400"), (404, "toast.no_config")])
def test_a_first_page_that_is_refused_is_an_error(status: int, code: str):
    with pytest.raises(PermanentError) as caught:
        list(changes(refusing(status, 1, ""), "configuration"))
    assert caught.value.code.startswith(code)


def test_pages_that_cannot_be_told_apart_are_not_read_for_ever():
    def answer(_: Request) -> Answer:
        return Answer([], headers={"toast-next-page-token": "same"})

    with pytest.raises(PermanentError, match="same page"):
        list(changes(Site(answer), "configuration"))


def test_a_cursor_of_a_form_that_is_not_known_begins_anew():
    for cursor in ({"v": 2}, {"v": 1, "began": "2026-03-01T00:00:00Z", "resource": 9, "token": ""}):
        assert ids(list(changes(Site(listing()), "configuration", cursor))) == EVERYTHING


def test_single_things_are_fetched_by_list_and_guid():
    def answer(request: Request) -> Answer:
        found: dict[str, Any] = {"guid": "t", "name": "Tax"}
        return Answer(found) if request.path.endswith("/taxRates/t") else Answer(status=404)

    (record,) = configuration.fetch(Site(answer), PLACE, ["taxRates/t", "taxRates/u"])
    assert (record.id, record.location) == ("taxRates/t", PLACE)
