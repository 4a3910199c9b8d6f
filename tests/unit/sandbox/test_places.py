"""Restaurants, groups and partners."""

from __future__ import annotations

from tests.unit.sandbox.merchant_client import StandIn


def test_a_restaurant_tells_zone_currency_and_closeout(toast: StandIn) -> None:
    answer = toast.get(f"/restaurants/v1/restaurants/{toast.restaurant}").get_json()
    general = answer["general"]
    assert general["timeZone"] == "Africa/Lagos"
    assert general["currencyCode"] == "NGN"
    assert general["closeoutHour"] == 4
    assert general["managementGroupGuid"] == toast.platform.merchant.group_guid


def test_an_unknown_restaurant_is_not_found(toast: StandIn) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert toast.get(f"/restaurants/v1/restaurants/{unknown}").status_code == 404
    assert toast.get("/restaurants/v1/restaurants").status_code == 404


def test_a_group_lists_guids_only(toast: StandIn) -> None:
    merchant = toast.platform.merchant
    listed = toast.get(f"/restaurants/v1/groups/{merchant.group_guid}/restaurants").get_json()
    assert listed == [{"guid": each.guid} for each in merchant.restaurants]


def test_partners_need_no_restaurant_header(toast: StandIn) -> None:
    headers = toast.headers()
    del headers["Toast-Restaurant-External-ID"]
    listed = toast.http.get("/partners/v1/restaurants", headers=headers).get_json()
    assert [each["restaurantGuid"] for each in listed] == [
        each.guid for each in toast.platform.merchant.restaurants
    ]
    assert all(isinstance(each["modifiedDate"], int) for each in listed)


def test_the_last_page_of_connected_restaurants_still_has_a_token(toast: StandIn) -> None:
    first = toast.get("/partners/v1/connectedRestaurants", pageSize=1).get_json()
    assert (first["nextPageNum"], first["lastPageNum"]) == (2, 2)
    token = first["nextPageToken"]
    last = toast.get("/partners/v1/connectedRestaurants", pageSize=1, pageToken=token).get_json()
    assert last["nextPageNum"] is None
    assert last["nextPageToken"] is not None
    assert last["results"] != first["results"]
