"""Locations in numbers, and locations that come, change and go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from sandbox.toast.franchise import franchise
from tests.unit.sandbox.merchant_client import StandIn

URL = "http://receiver.test/partner"
ZONES = {
    "America/New_York",
    "America/Los_Angeles",
    "America/Chicago",
    "Europe/London",
    "Africa/Lagos",
    "Australia/Sydney",
}


def chain(**options: Any) -> StandIn:
    return StandIn(merchant=franchise(50), history=None, **options)


def partners(toast: StandIn, **query: Any) -> dict[str, dict[str, Any]]:
    listed = toast.get("/partners/v1/restaurants", **query).get_json()
    return {each["restaurantGuid"]: each for each in listed}


def place(toast: StandIn, guid: str, **query: Any) -> Any:
    return toast.get(f"/restaurants/v1/restaurants/{guid}", **query)


def test_a_franchise_stands_in_six_zones_under_several_brands_and_groups() -> None:
    toast = chain()
    listed = partners(toast)
    assert len(listed) == 50
    general = []
    for guid in listed:
        toast.restaurant = guid
        toast.hands.at += 1
        general.append(place(toast, guid).get_json()["general"])
    assert {each["timeZone"] for each in general} == ZONES
    assert {each["closeoutHour"] for each in general} == set(range(7))
    assert {each["currencyCode"] for each in general} == {"USD", "GBP", "NGN", "AUD"}
    assert len({each["managementGroupGuid"] for each in general}) == 3
    assert len({each["name"] for each in general}) == 4
    assert len({(each["name"], each["locationName"], each["timeZone"]) for each in general}) == 50
    assert len(toast.platform.book) == 0


def test_a_larger_franchise_begins_with_the_same_restaurants() -> None:
    assert franchise(60).restaurants[:50] == franchise(50).restaurants


def test_every_group_lists_its_own() -> None:
    toast = chain()
    groups = {each["managementGroupGuid"] for each in partners(toast).values()}
    seen: list[str] = []
    for group in groups:
        listed = toast.get(f"/restaurants/v1/groups/{group}/restaurants").get_json()
        seen += [each["guid"] for each in listed]
    assert sorted(seen) == sorted(partners(toast))


def test_a_franchise_sells_in_its_own_currency() -> None:
    toast = chain()
    for each in toast.platform.merchant.restaurants[:6]:
        toast.control("POST", "orders", {"restaurant": each.guid, "seed": 1})
    totals = toast.control("GET", "state")["restaurants"]
    sold = {each["currency"]: float(each["gross"]) for each in totals if each["orders"]}
    assert sold["NGN"] > 1_000 > sold["USD"] > 0


def test_a_groups_account_reads_its_group_and_no_partners() -> None:
    toast = chain(partner=False)
    token = toast.login().get_json()["token"]["accessToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    merchant = toast.platform.merchant
    assert claims["https://toasttab.com/management_set_guid"] == merchant.group_guid
    assert toast.get("/partners/v1/restaurants").status_code == 403
    assert toast.get("/partners/v1/connectedRestaurants").status_code == 403
    ours = [each for each in merchant.restaurants if each.group_guid == merchant.group_guid]
    listed = toast.get(f"/restaurants/v1/groups/{merchant.group_guid}/restaurants").get_json()
    assert [each["guid"] for each in listed] == [each.guid for each in ours]
    stranger = next(each for each in merchant.restaurants if each not in ours)
    assert toast.get(f"/restaurants/v1/groups/{stranger.group_guid}/restaurants").status_code == 404
    toast.restaurant = stranger.guid
    assert place(toast, stranger.guid).status_code == 403


def test_a_new_location_is_listed_at_once_and_read_later(toast: StandIn) -> None:
    before = partners(toast)
    added = toast.control("POST", "locations", {"location": "Ikeja", "delay_s": 900})["guid"]
    assert set(partners(toast)) - set(before) == {added}
    toast.restaurant = added
    assert place(toast, added).status_code == 403
    assert toast.bulk(businessDate="20261122").status_code == 403
    toast.hands.at += 900
    assert place(toast, added).get_json()["general"]["locationName"] == "Ikeja"
    assert toast.bulk(businessDate="20261122").get_json() == []


def test_a_removed_location_disappears_and_may_come_back(toast: StandIn) -> None:
    guid = toast.platform.merchant.restaurants[1].guid
    toast.control("DELETE", f"locations/{guid}")
    assert guid not in partners(toast)
    connected = toast.get("/partners/v1/connectedRestaurants").get_json()
    assert connected["totalCount"] == 1
    assert place(toast, guid).status_code == 404
    first, toast.restaurant = toast.restaurant, guid
    assert toast.bulk(businessDate="20261122").status_code == 403
    toast.restaurant = first
    toast.control("POST", "locations", {"guid": guid})
    assert partners(toast)[guid]["isoCreatedDate"] == "2026-11-22T13:00:00.000+0000"


def test_last_modified_leaves_out_what_did_not_change(toast: StandIn) -> None:
    assert partners(toast, lastModified="2026-11-22T00:00:00.000Z") == {}
    guid = toast.platform.merchant.restaurants[1].guid
    toast.control("PATCH", f"locations/{guid}", {"location_ref": "shop-7"})
    changed = partners(toast, lastModified="2026-11-22T00:00:00.000Z")
    assert [each["externalRestaurantRef"] for each in changed.values()] == ["shop-7"]


def test_an_archived_restaurant_is_found_when_asked_for(toast: StandIn) -> None:
    toast.control("PATCH", f"locations/{toast.restaurant}", {"archived": True})
    assert place(toast, toast.restaurant).status_code == 404
    assert place(toast, toast.restaurant, includeArchived="false").status_code == 404
    shown = place(toast, toast.restaurant, includeArchived="true").get_json()
    assert shown["general"]["archived"] is True
    assert toast.bulk(businessDate="20261122").status_code == 200


def test_a_deleted_restaurant_is_marked_and_its_orders_are_refused(toast: StandIn) -> None:
    wanted = {"archived": True, "deleted": True}
    toast.control("PATCH", f"locations/{toast.restaurant}", wanted)
    assert partners(toast)[toast.restaurant]["deleted"] is True
    answer = toast.bulk(businessDate="20261122")
    assert answer.status_code == 400
    assert answer.get_json()["message"] == f"Restaurant({toast.restaurant}) has been deleted"


def test_a_new_closeout_hour_counts_from_now_on(toast: StandIn) -> None:
    early = "2026-11-22T04:30:00.000Z"  # 05:30 in Lagos, after closeout at 4
    old = toast.control("POST", "orders", {"at": early})["guids"][0]
    changes = {"closeout_hour": 6, "name": "Palm Kitchen V.I."}
    toast.control("PATCH", f"locations/{toast.restaurant}", changes)
    new = toast.control("POST", "orders", {"at": "2026-11-23T04:30:00.000Z"})["guids"][0]
    toast.control("PATCH", f"orders/{old}", {"do": "refund", "amount_cents": 1})
    dates = [toast.control("GET", f"orders/{guid}")["businessDate"] for guid in (old, new)]
    assert dates == [20261122, 20261122]
    general = place(toast, toast.restaurant).get_json()["general"]
    assert (general["closeoutHour"], general["name"]) == (6, "Palm Kitchen V.I.")


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"closeout_hour": 13}, {"colour": "red"}, {"name": 5}]
)
def test_facts_that_cannot_be_are_refused(toast: StandIn, wrong: dict[str, Any]) -> None:
    answer = toast.http.patch(f"/control/locations/{toast.restaurant}", json=wrong)
    assert answer.status_code == 400


def test_a_rate_keeps_its_figures(toast: StandIn) -> None:
    path = f"/control/locations/{toast.restaurant}"
    other = {"taxes": [{"name": "VAT 7.5%", "rate": "0.1"}]}
    assert toast.http.patch(path, json=other).status_code == 400
    levy = {"taxes": [{"name": "Levy", "rate": "0.01"}]}
    names = [each["name"] for each in toast.http.patch(path, json=levy).get_json()["taxes"]]
    assert names == ["VAT 7.5%", "Levy"]


def added(toast: StandIn) -> None:
    toast.control("POST", "locations", {"location": "Ikeja", "group_ref": "palm"})


def updated(toast: StandIn) -> None:
    toast.control("PATCH", f"locations/{toast.restaurant}", {"group_ref": "palm"})


def removed(toast: StandIn) -> None:
    updated(toast)
    toast.receiver.taken.clear()
    toast.control("DELETE", f"locations/{toast.restaurant}")


@pytest.mark.parametrize(
    ("happens", "kind"),
    [(added, "partner_added"), (updated, "partner_updated"), (removed, "partner_removed")],
)
def test_partners_are_told_without_a_restaurant_header(
    toast: StandIn, happens: Callable[[StandIn], None], kind: str
) -> None:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "partner"})
    happens(toast)
    toast.agenda.run_due()
    _url, body, headers = toast.receiver.taken[-1]
    message = json.loads(body)
    assert (message["eventCategory"], message["eventType"]) == ("partner", kind)
    assert "Toast-Restaurant-External-ID" not in headers
    assert headers["Toast-Event-Type"] == kind
    details = message["details"]
    assert details["externalGroupRef"] == "palm"
    assert details["restaurantTimezone"] == "Africa/Lagos"
    assert details["restaurantName"] == "Palm Kitchen Lagos"


def test_orders_of_a_removed_location_are_not_told(toast: StandIn) -> None:
    toast.control("POST", "subscriptions", {"url": URL})
    toast.control("DELETE", f"locations/{toast.restaurant}")
    toast.control("POST", "orders", {"restaurant": toast.restaurant})
    assert toast.agenda.run_due() == 0
    toast.control("POST", "locations", {"guid": toast.restaurant})
    toast.control("POST", "orders", {"restaurant": toast.restaurant})
    assert toast.agenda.run_due() == 1


def test_a_groups_account_hears_of_its_group_alone() -> None:
    toast = chain(partner=False)
    toast.control("POST", "subscriptions", {"url": URL})
    merchant = toast.platform.merchant
    for each in merchant.restaurants[:12]:
        toast.control("POST", "orders", {"restaurant": each.guid})
    toast.agenda.run_due()
    heard = {headers["Toast-Restaurant-External-ID"] for _url, _, headers in toast.receiver.taken}
    assert heard == {
        each.guid for each in merchant.restaurants[:12] if each.group_guid == merchant.group_guid
    }


def test_partners_are_not_told_when_not_wanted(toast: StandIn) -> None:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "partner"})
    toast.control("DELETE", f"locations/{toast.restaurant}", {"webhooks": False})
    assert toast.agenda.run_due() == 0


def test_locations_and_their_orders_outlive_a_restart(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    past = {each.guid: each.body() for each in first.platform.book.all()}
    new = first.control("POST", "locations", {"zone": "Australia/Sydney", "location": "Manly"})
    made = first.control("POST", "orders", {"restaurant": new["guid"]})["guids"][0]
    first.control("PATCH", f"locations/{first.restaurant}", {"zone": "Europe/London"})
    gone = first.platform.merchant.restaurants[1].guid
    first.control("DELETE", f"locations/{gone}")
    again = StandIn(data=tmp_path)
    assert again.control("GET", "locations") == first.control("GET", "locations")
    assert gone not in partners(again)
    assert again.control("GET", f"orders/{made}") == first.control("GET", f"orders/{made}")
    kept = {each.guid: each.body() for each in again.platform.book.all()}
    assert {guid: kept[guid] for guid in past} == past


def test_logins_are_known_by_their_instants(toast: StandIn) -> None:
    toast.login()
    toast.hands.at += 60
    toast.login()
    state = toast.control("GET", "state")
    assert state["logins"] == 2
    assert state["login_instants_ms"] == [1_795_352_400_000, 1_795_352_460_000]


def test_login_can_be_limited_by_address_alone(toast: StandIn) -> None:
    toast.control("POST", "limits", {"global": 1})
    assert [toast.login().status_code for _each in range(2)] == [200, 429]
    toast.hands.at += 1
    assert toast.login().status_code == 200
