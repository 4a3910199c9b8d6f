"""Menus: fetched only when they were published anew, read without following circles."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SkippedRecord, TransientError
from connectors.base.contract import Record, Request
from connectors.base.errors import NotGrantedError
from connectors.toast import menus
from connectors.toast.menu_tree import MAX_DEPTH, read
from connectors.toast.timestamps import timestamp
from tests.unit.connectors.site import NOW, PLACE, Answer, Site, changes


def publishing(at: datetime | None, body_at: datetime | None = None) -> Site:
    def answer(request: Request) -> Answer:
        if at is None:
            return Answer(status=404)
        said = at if request.path == menus.METADATA else body_at or at
        return Answer({"restaurantGuid": PLACE, "lastUpdated": timestamp(said), "menus": []})

    return Site(answer)


def test_menus_are_fetched_once_and_then_only_when_published_anew():
    site = publishing(NOW - timedelta(hours=1))
    (first,) = changes(site, "menus")
    assert [(record.id, record.location) for record in first.records] == [(PLACE, PLACE)]
    assert first.done
    assert first.listed_at is None
    assert first.watermark == NOW - menus.MENUS.hold_back
    (quiet,) = changes(site, "menus", first.next)
    assert (quiet.records, quiet.done, quiet.next) == ((), True, first.next)
    assert site.paths() == [menus.METADATA, menus.WHOLE, menus.METADATA]
    (again,) = changes(publishing(NOW), "menus", quiet.next)
    assert len(again.records) == 1


def test_only_the_menus_themselves_are_charged_to_their_own_limit():
    site = publishing(NOW)
    list(changes(site, "menus"))
    assert ["menus" in request.buckets for request in site.asked] == [False, True]
    assert all({"global", "menus_api"} <= set(request.buckets) for request in site.asked)


def test_where_nothing_is_published_any_more_there_is_no_menu_until_it_is_again():
    site = publishing(NOW - timedelta(hours=1))
    (first,) = changes(site, "menus")
    (page,) = changes(publishing(None), "menus", first.next)
    assert (page.records, page.done) == ((), True)
    # An empty listing: what was published is gone.
    assert page.listed_at == NOW - menus.MENUS.hold_back
    (again,) = changes(site, "menus", page.next)
    assert (len(again.records), again.listed_at) == (1, None)


def test_menus_taken_back_after_they_were_announced_are_asked_for_again():
    def answer(request: Request) -> Answer:
        found = request.path == menus.METADATA
        return Answer({"lastUpdated": timestamp(NOW)}) if found else Answer(status=404)

    (page,) = changes(Site(answer), "menus")
    assert (page.records, page.done) == ([], True)
    assert len(next(changes(publishing(NOW), "menus", page.next)).records) == 1


def test_an_old_copy_is_fetched_again_as_long_as_it_comes():
    site = publishing(NOW, body_at=NOW - timedelta(minutes=1))
    (page,) = changes(site, "menus")
    (again,) = changes(site, "menus", page.next)
    assert len(again.records) == 1


def test_metadata_that_cannot_be_read_are_asked_for_again():
    for body in ([], {"lastUpdated": "lately"}):
        with pytest.raises(TransientError):
            list(changes(Site(lambda _, body=body: Answer(body)), "menus"))


def test_without_the_scope_it_says_so():
    with pytest.raises(NotGrantedError, match="menus:read"):
        list(changes(Site(lambda _: Answer({}, 403)), "menus"))


def test_an_event_has_the_whole_menu_fetched():
    site = publishing(NOW)
    (record,) = menus.fetch(site, PLACE, [PLACE])
    assert (record.stream, record.id, record.location) == ("menus", PLACE, PLACE)
    assert site.paths() == [menus.WHOLE]


def menu(**body: Any) -> Record:
    whole = {"lastUpdated": "2026-03-06T18:00:00.000+0000", **body}
    return Record("menus", PLACE, json.dumps(whole).encode(), PLACE)


def test_groups_that_nest_without_end_are_parked():
    group: dict[str, Any] = {"guid": "g", "name": "G"}
    for _ in range(MAX_DEPTH):
        group = {"guid": "g", "name": "G", "menuGroups": [group]}
    with pytest.raises(SkippedRecord, match="nested more than 100 deep"):
        read(menu(menus=[group]))
    assert read(menu(menus=group["menuGroups"]))


def test_a_body_that_nests_without_end_is_parked():
    raw = b'{"menus":' + b'[{"menuGroups":' * 100_000
    with pytest.raises(SkippedRecord) as caught:
        read(Record("menus", PLACE, raw, PLACE))
    assert caught.value.code == "toast.menus_unreadable"


@pytest.mark.parametrize(
    ("price", "found"), [(None, None), (0, Decimal(0)), (0.1, Decimal("0.1")), (-1, Decimal(-1))]
)
def test_no_price_and_a_price_of_nought_are_told_apart(price: float | None, found: Decimal | None):
    item = {"guid": "i", "name": "I", "price": price}
    (kept,) = read(menu(menus=[{"guid": "m", "menuItems": [item]}])).items
    assert kept.price == found


def test_an_item_on_two_menus_is_read_once_and_on_both():
    groups = [{"guid": m, "name": m, "menuItems": [{"guid": "i", "name": m}]} for m in "ab"]
    found = read(menu(menus=groups))
    assert [(item.external_id, item.name, item.path) for item in found.items] == [
        ("i", "a", ("a",))
    ]
    assert [group.item_ids for group in found.menus] == [("i",), ("i",)]


def test_a_nul_in_a_name_is_dropped_and_a_backslash_before_it_kept():
    raw = rb'{"lastUpdated":"2026-03-06T18:00:00Z","menus":[{"guid":"m","name":"a\u0000b\\u0000"}]}'
    (found,) = read(Record("menus", PLACE, raw, PLACE)).menus
    assert found.name == r"ab\u0000"


references = st.lists(st.integers(0, 5), max_size=4)


@settings(max_examples=50, deadline=None)
@given(options=st.lists(references, max_size=6), groups=st.lists(references, max_size=6))
def test_whatever_refers_to_whatever_each_is_read_once(
    options: list[list[int]], groups: list[list[int]]
):
    found = read(
        menu(
            menus=[],
            modifierOptionReferences={
                str(n): {"guid": f"o{n}", "modifierGroupReferences": each}
                for n, each in enumerate(options)
            },
            modifierGroupReferences={
                str(n): {"guid": f"g{n}", "modifierOptionReferences": each}
                for n, each in enumerate(groups)
            },
        )
    )
    assert sorted(item.external_id for item in found.items) == [
        f"o{n}" for n in range(len(options))
    ]
    for item in found.items:
        referred = options[int(item.external_id[1:])]
        wanted = [f"g{n}" for n in dict.fromkeys(referred) if n < len(groups)]
        assert list(item.modifier_group_ids) == wanted
