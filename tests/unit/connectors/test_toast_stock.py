"""Stock and openings: the present state, as of an instant that no event can have escaped."""

import json
from datetime import timedelta
from typing import Any

import pytest

from config.errors import PermanentError, SkippedRecord
from connectors.base.contract import Record
from connectors.toast import asking, availability, stock
from tests.unit.connectors.site import CONNECTOR, NOW, PLACE, Answer, Site, changes


def item(guid: str, status: str = "OUT_OF_STOCK", **more: Any) -> dict[str, Any]:
    return {"guid": guid, "itemGuidValidity": "VALID", "status": status, **more}


def test_stock_is_listed_whole_as_of_a_little_before_the_answer():
    site = Site(lambda _: Answer([item("a"), item("b", "QUANTITY", quantity=2)]))
    (page,) = changes(site, "stock")
    assert [record.id for record in page.records] == ["a", "b"]
    assert page.done
    assert page.listed_at == NOW - timedelta(seconds=5)
    assert {record.at for record in page.records} == {page.listed_at}
    assert page.watermark == NOW - stock.STOCK.hold_back
    assert site.asked[0].location == PLACE


@pytest.mark.parametrize("late_s", [-60, 60])
def test_it_is_true_as_of_the_earlier_of_asking_and_answering(late_s: int):
    site = Site(lambda _: Answer([], at=NOW + timedelta(seconds=late_s)))
    (page,) = changes(site, "stock")
    assert page.listed_at == NOW + timedelta(seconds=min(late_s, 0)) - asking.LAG


def test_an_item_that_toast_does_not_know_is_left_out():
    unknown = item("null", itemGuidValidity="INVALID", quantity=None)
    (page,) = changes(Site(lambda _: Answer([unknown, item("a"), item("a")])), "stock")
    assert [record.id for record in page.records] == ["a"]


def test_no_list_at_all_is_an_error_and_not_everything_in_stock():
    with pytest.raises(PermanentError, match="no list of stock"):
        list(changes(Site(lambda _: Answer(status=404)), "stock"))


def test_items_are_searched_for_a_hundred_at_a_time():
    def answer(request: Any) -> Answer:
        return Answer([item(guid, "IN_STOCK") for guid in request.json["guids"] if guid != "i7"])

    site = Site(answer)
    wanted = [f"i{n}" for n in range(150)]
    found = list(stock.fetch(site, PLACE, wanted))
    assert [record.id for record in found] == [guid for guid in wanted if guid != "i7"]
    assert [len(request.json["guids"]) for request in site.asked] == [100, 50]
    assert CONNECTOR.read(found[0]).status == "in stock"


@pytest.mark.parametrize(
    ("quantity", "status"),
    [(-1, "out of stock"), (0, "out of stock"), (0.5, "low"), (5, "low"), (5.01, "in stock")],
)
def test_how_much_is_left_decides_what_it_is_called(quantity: float, status: str):
    raw = json.dumps(item("a", "QUANTITY", quantity=quantity)).encode()
    assert stock.read(Record("stock", "a", raw, PLACE, at=NOW)).status == status


@pytest.mark.parametrize("quantity", [None, 2])
def test_a_status_that_is_not_known_is_kept_as_it_came(quantity: int | None):
    raw = json.dumps(item("a", "RESERVED", quantity=quantity)).encode()
    found = stock.read(Record("stock", "a", raw, PLACE, at=NOW))
    assert (found.status, found.quantity) == ("RESERVED", quantity)


@pytest.mark.parametrize(
    "record",
    [
        Record("stock", "a", b'{"guid":"a","status":"IN_STOCK"}', PLACE),
        Record("stock", "a", b'{"guid":"a","status":"IN_STOCK"}', at=NOW),
        Record("stock", "a", b'{"status":"IN_STOCK"}', PLACE, at=NOW),
        Record("stock", "a", b'{"guid":"a"}', PLACE, at=NOW),
        Record("stock", "a", b'{"guid":"a","status":""}', PLACE, at=NOW),
        Record("stock", "a", b'{"guid":"a","status":"NEW","quantity":1e40}', PLACE, at=NOW),
        Record("stock", "a", b'{"guid":"a","status":"QUANTITY","quantity":1e40}', PLACE, at=NOW),
        Record("stock", "a", b'{"guid":5}', PLACE, at=NOW),
        Record("stock", "a", b"\xff", PLACE, at=NOW),
    ],
)
def test_stock_that_cannot_be_placed_is_parked(record: Record):
    with pytest.raises(SkippedRecord):
        stock.read(record)


def test_an_opening_is_read_as_of_the_answer():
    body = {"restaurantGuid": PLACE, "status": "OFFLINE", "reasonKey": "K", "reason": None}
    site = Site(lambda _: Answer(body))
    (page,) = changes(site, "availability")
    (record,) = page.records
    found = availability.read(record)
    assert (found.open, found.reason, found.version) == (False, "K", NOW - asking.LAG)
    assert (record.id, page.done, page.watermark) == (PLACE, True, NOW - asking.LAG)
    (again,) = availability.fetch(site, PLACE, [PLACE])
    assert again == record


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({}, "HALF_OPEN"),
        ({"reasonKey": "K"}, "HALF_OPEN: K"),
        ({"reason": "Rain"}, "HALF_OPEN: Rain"),
    ],
)
def test_an_opening_that_is_not_known_is_kept_as_it_came(told: dict[str, str], kept: str):
    raw = json.dumps({"status": "HALF_OPEN", **told}).encode()
    found = availability.read(Record("availability", PLACE, raw, PLACE, at=NOW))
    assert (found.open, found.reason) == (None, kept)


def test_an_opening_without_a_status_is_parked():
    with pytest.raises(SkippedRecord):
        availability.read(Record("availability", PLACE, b'{"reason": "Rain"}', PLACE, at=NOW))


def test_a_restaurant_that_never_takes_orders_from_outside_has_no_opening():
    (page,) = changes(Site(lambda _: Answer(status=404)), "availability")
    assert (page.records, page.done) == ([], True)
