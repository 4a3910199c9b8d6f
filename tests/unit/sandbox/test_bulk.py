"""Reading orders in bulk: windows, days, pages, and the words of refusals."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.http import parse_options_header

from sandbox.toast import times
from tests.unit.sandbox.merchant_client import NOON, StandIn

NOON_MS = int(NOON * 1000)
DAY_MS = 86_400_000
MONTH = {
    "startDate": times.instant(NOON_MS - 30 * DAY_MS),
    "endDate": times.instant(NOON_MS + DAY_MS),
}


def links(header: str) -> dict[str, str]:
    found = {}
    for part in header.split(", "):
        address, options = parse_options_header(part)
        found[options["rel"]] = address.strip("<>")
    return found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "EITHER (startDate and endDate) OR businessDate is required"),
        (
            {"startDate": MONTH["startDate"]},
            "EITHER (startDate and endDate) OR businessDate is required",
        ),
        (
            {**MONTH, "businessDate": "20261101"},
            "EITHER (startDate and endDate) OR businessDate is required",
        ),
        (
            {"startDate": MONTH["endDate"], "endDate": MONTH["startDate"]},
            "Input startDate must be before endDate",
        ),
        (
            {"startDate": MONTH["endDate"], "endDate": MONTH["endDate"]},
            "Input startDate must be before endDate",
        ),
        ({**MONTH, "startDate": times.instant(NOON_MS - 31 * DAY_MS)}, "one month"),
        (
            {
                "startDate": "2015-12-01T00:00:00.000+0000",
                "endDate": "2015-12-02T00:00:00.000+0000",
            },
            "after 2015-12-01T00:00:00.000+0000",
        ),
        ({**MONTH, "startDate": MONTH["startDate"].replace("+", " ")}, "startDate"),
        ({"businessDate": "2026-11-01"}, "businessDate"),
        ({"businessDate": "20261301"}, "businessDate"),
        ({**MONTH, "pageSize": 101}, "pageSize"),
        ({**MONTH, "pageSize": 0}, "pageSize"),
        ({**MONTH, "page": 0}, "page"),
    ],
)
def test_refuses_in_the_vendors_words(toast: StandIn, query: dict[str, Any], words: str) -> None:
    answer = toast.bulk(**query)
    assert answer.status_code == 400
    assert words in answer.get_json()["message"]


def test_31_days_are_a_month(toast: StandIn) -> None:
    assert toast.bulk(**MONTH).status_code == 200


def test_a_window_holds_its_start_and_not_its_end(toast: StandIn) -> None:
    held = toast.platform.book.all(toast.restaurant)[5]
    at, end = times.instant(held.modified_ms), times.instant(held.modified_ms + 1)
    inside = toast.bulk(startDate=at, endDate=end).get_json()
    assert [each["guid"] for each in inside] == [held.guid]
    before = toast.bulk(startDate=times.instant(held.modified_ms - 1), endDate=at).get_json()
    assert before == []


def test_pages_link_to_each_other_and_never_to_the_last(toast: StandIn) -> None:
    toast.control("POST", "limits", {"off": True})
    seen: list[str] = []
    for page in range(1, 100):
        answer = toast.bulk(**MONTH, pageSize=10, page=page)
        found = links(answer.headers["Link"])
        assert {"first", "self"} <= set(found) <= {"first", "self", "prev", "next"}
        assert ("prev" in found) == (page > 1)
        assert "Toast-Total-Result-Count" not in answer.headers
        seen += [each["guid"] for each in answer.get_json()]
        if "next" not in found:
            break
        assert f"page={page + 1}" in found["next"]
        assert "%2B0000" in found["next"]
    wanted = toast.platform.book.changed(toast.restaurant, NOON_MS - 30 * DAY_MS, NOON_MS + DAY_MS)
    assert sorted(seen) == sorted(each.guid for each in wanted)
    assert len(seen) > 20


def test_orders_come_in_no_order_of_dates(toast: StandIn) -> None:
    found = [each["modifiedDate"] for each in toast.bulk(**MONTH).get_json()]
    assert found != sorted(found)
    assert found == [each["modifiedDate"] for each in toast.bulk(**MONTH).get_json()]


def test_a_late_edit_moves_an_order_to_a_later_window_and_keeps_its_day(toast: StandIn) -> None:
    held = toast.platform.book.all(toast.restaurant)[3]
    toast.control("PATCH", f"orders/{held.guid}", {"do": "add_item"})
    old = toast.bulk(
        startDate=times.instant(held.modified_ms), endDate=times.instant(held.modified_ms + 1)
    )
    assert old.get_json() == []
    new = toast.bulk(
        startDate=times.instant(NOON_MS), endDate=times.instant(NOON_MS + 1)
    ).get_json()
    assert [each["guid"] for each in new] == [held.guid]
    day = toast.bulk(businessDate=str(held.business_date)).get_json()
    assert held.guid in [each["guid"] for each in day]


def test_one_order_by_guid(toast: StandIn) -> None:
    held = toast.platform.book.all(toast.restaurant)[0]
    assert toast.get(f"/orders/v2/orders/{held.guid}").get_json()["guid"] == held.guid
    assert toast.get("/orders/v2/orders/one").status_code == 400
    unknown = "00000000-0000-4000-8000-000000000000"
    assert toast.get(f"/orders/v2/orders/{unknown}").status_code == 404


def test_an_order_of_another_restaurant_is_not_found(toast: StandIn) -> None:
    other = toast.platform.merchant.restaurants[1].guid
    held = toast.platform.book.all(other)[0]
    assert toast.get(f"/orders/v2/orders/{held.guid}").status_code == 404
