"""What restaurants have besides orders: it outlives a restart, costs nothing unused, has scopes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.toast.estate import Estate
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.tokens import SCOPES
from tests.unit.sandbox.merchant_client import StandIn

AVAILABILITY = "/restaurant-availability/v1/availability"
PATHS = {
    "/menus/v2/menus": "menus:read",
    "/menus/v2/metadata": "menus:read",
    "/config/v2/tables": "config:read",
    "/config/v2/tipWithholding": "config:read",
    "/stock/v1/inventory": "stock:read",
    "/cashmgmt/v1/entries?businessDate=20261122": "cashmgmt:read",
    "/cashmgmt/v1/deposits?businessDate=20261122": "cashmgmt:read",
    AVAILABILITY: "restaurants:read",
}


def answers(toast: StandIn) -> dict[str, Any]:
    toast.hands.at += 1
    headers = toast.headers()
    return {path: toast.http.get(path, headers=headers).get_json() for path in PATHS}


@pytest.mark.parametrize("path", PATHS)
def test_each_api_asks_for_its_scope(path: str) -> None:
    others = tuple(scope for scope in SCOPES if scope != PATHS[path])
    for scopes, status in ((others, 403), ((PATHS[path],), 200)):
        toast = StandIn(scopes=scopes)
        assert toast.http.get(path, headers=toast.headers()).status_code == status


def test_everything_is_online_until_told_otherwise(toast: StandIn) -> None:
    assert toast.get(AVAILABILITY).get_json()["status"] == "ONLINE"
    toast.control("POST", "availability", {"status": "OFFLINE", "reason": "No power"})
    assert toast.get(AVAILABILITY).get_json() == {
        "restaurantGuid": toast.restaurant,
        "status": "OFFLINE",
        "reasonKey": "AVAILABILITY_OFFLINE",
        "reason": "No power",
    }
    assert toast.http.post("/control/availability", json={"status": "ASLEEP"}).status_code == 400
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get(AVAILABILITY).get_json()["status"] == "ONLINE"


def test_changes_outlive_a_restart(tmp_path: Path) -> None:
    toast = StandIn(data=tmp_path)
    changes = [{"do": "rename", "item": "Chapman", "name": "Chapman Deluxe"}]
    toast.control("POST", "menus", {"changes": changes})
    rename = {"resource": "tables", "do": "rename", "which": "Table 1", "name": "Window"}
    toast.control("POST", "configuration", rename)
    tips = {"resource": "tipWithholding", "fields": {"enabled": True, "percentage": 2.5}}
    toast.control("POST", "configuration", tips)
    stock = {"item": "Chapman Deluxe", "status": "QUANTITY", "quantity": 3}
    toast.control("POST", "stock", stock)
    toast.control("POST", "stock", {"item": "Chapman Deluxe", "sold": 1})
    entry = toast.control("POST", "cash/entries", {"type": "TIP_OUT", "amount_cents": 500})
    toast.control("POST", f"cash/entries/{entry['guid']}/undo")
    toast.control("POST", "cash/deposits", {"amount_cents": 700})
    toast.control("POST", "availability", {"status": "OFFLINE"})
    refused = toast.http.post("/control/cash/entries", json={"type": "CASH_IN"})
    assert refused.status_code == 400
    before = answers(toast)
    assert len(before["/cashmgmt/v1/entries?businessDate=20261122"]) == 2
    assert before["/stock/v1/inventory"][0]["quantity"] == 2
    again = StandIn(data=tmp_path)
    again.hands.at += 60
    assert answers(again) == before
    listed = again.control("GET", "menus")
    assert listed["publication"] == toast.control("GET", "menus")["publication"] == 4


def test_fifty_restaurants_cost_nothing_until_asked_for() -> None:
    made = []

    def sold(restaurant: Restaurant) -> list[Any]:
        made.append(restaurant.guid)
        return []

    places = [_place(number) for number in range(50)]
    estate = Estate(sold=sold)
    assert made == []
    first = estate.of(places[7])
    assert made == [places[7].guid]
    assert estate.of(places[7]) is first
    guids = {estate.of(place).setup.tip_withholding()["guid"] for place in places}
    assert len(guids) == 50


def _place(number: int) -> Restaurant:
    return Restaurant(
        guid=named_guid("restaurant", number),
        name=f"Place {number}",
        location="Somewhere",
        zone="Africa/Lagos",
        currency="NGN",
        country="NG",
        city="Lagos",
        taxes=(),
    )
