"""Menus: what is published, how its parts point to each other, and what publishing does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.sandbox.merchant_client import StandIn

MENUS, METADATA = "/menus/v2/menus", "/menus/v2/metadata"
URL = "http://receiver.test/menus"


def menus(toast: StandIn) -> dict[str, Any]:
    toast.hands.at += 1
    found: dict[str, Any] = toast.get(MENUS).get_json()
    return found


def groups(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [group for menu in root["menus"] for group in menu["menuGroups"]]
    while waiting:
        group = waiting.pop()
        yield group
        waiting += group["menuGroups"]


def items(root: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for group in groups(root) for item in group["menuItems"]}


def publish(toast: StandIn, *changes: dict[str, Any], **more: Any) -> Any:
    wanted = {"restaurant": toast.restaurant, "changes": list(changes), **more}
    return toast.control("POST", "menus", wanted)


@pytest.mark.parametrize("place", [0, 1])
def test_every_guid_on_an_order_is_on_the_menu(toast: StandIn, place: int) -> None:
    toast.restaurant = toast.platform.merchant.restaurants[place].guid
    root = menus(toast)
    options = root["modifierOptionReferences"].values()
    things = {each["guid"]: each for each in [*items(root).values(), *options]}
    headings = {group["guid"] for group in groups(root)}
    choices = {each["guid"] for each in root["modifierGroupReferences"].values()}
    seen = 0
    for held in toast.platform.book.all(toast.restaurant):
        for check in json.loads(held.body())["checks"]:
            for line in check["selections"]:
                known = things[line["item"]["guid"]]
                assert known["name"] == line["displayName"]
                assert known["multiLocationId"] == line["item"]["multiLocationId"]
                assert line["itemGroup"]["guid"] in headings
                for modifier in line["modifiers"]:
                    assert things[modifier["item"]["guid"]]["name"] == modifier["displayName"]
                    assert modifier["optionGroup"]["guid"] in choices
                    seen += 1
    assert seen > 10


def test_references_are_numbers_and_the_keys_of_the_maps_strings(toast: StandIn) -> None:
    root = menus(toast)
    for name in ("modifierGroupReferences", "modifierOptionReferences"):
        assert root[name]
        assert all(key == str(each["referenceId"]) for key, each in root[name].items())
    for item in items(root).values():
        for number in item["modifierGroupReferences"]:
            assert str(number) in root["modifierGroupReferences"]
    for group in root["modifierGroupReferences"].values():
        for number in group["modifierOptionReferences"]:
            assert str(number) in root["modifierOptionReferences"]
    words = [each["preModifierGroupReference"] for each in root["modifierGroupReferences"].values()]
    assert {str(each) for each in words if each} == set(root["preModifierGroupReferences"])


def test_modifiers_lead_to_each_other_without_end(toast: StandIn) -> None:
    root = menus(toast)

    def below(group: int) -> set[int]:
        options = root["modifierGroupReferences"][str(group)]["modifierOptionReferences"]
        found = (root["modifierOptionReferences"][str(each)] for each in options)
        return {number for each in found for number in each["modifierGroupReferences"]}

    first = items(root)["Jollof Rice"]["modifierGroupReferences"][0]
    assert first in {further for each in below(first) for further in below(each)}


def test_groups_nest_and_every_way_of_pricing_is_there(toast: StandIn) -> None:
    root = menus(toast)
    found = items(root)
    assert any(group["menuGroups"] for group in groups(root))
    priced = {item["pricingStrategy"]: item["price"] for item in found.values()}
    assert set(priced) == {
        "BASE_PRICE",
        "MENU_SPECIFIC_PRICE",
        "TIME_SPECIFIC_PRICE",
        "SIZE_PRICE",
        "OPEN_PRICE",
    }
    assert priced["SIZE_PRICE"] is priced["OPEN_PRICE"] is None
    rules = found["Happy Hour Plate"]["pricingRules"]["timeSpecificPricingRules"][0]
    assert rules["timeSpecificPrice"] < rules["basePrice"] == found["Happy Hour Plate"]["price"]
    sizes = found["Party Tray"]["pricingRules"]["sizeSpecificPricingGuid"]
    assert sizes in [each["guid"] for each in root["modifierGroupReferences"].values()]
    assert {item["taxInclusion"] for item in found.values()} == {
        "TAX_INCLUDED",
        "TAX_NOT_INCLUDED",
        "SMART_TAX",
    }
    assert found["Gift Card"]["isDeferred"]
    assert found["Sharing Board"]["portions"]
    assert found["Lunch Plate"]["itemTags"][0]["name"] == "Lunch"
    assert found["Suya Platter"]["price"] == 7_999.99
    assert found["Suya Platter"]["masterId"] == int(found["Suya Platter"]["multiLocationId"])


def test_a_rate_of_its_own_is_the_items_alone(toast: StandIn) -> None:
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    rates = {each["name"]: each["guid"] for each in toast.get("/config/v2/taxRates").get_json()}
    found = items(menus(toast))
    usual = [rates[name] for name in ("State 4%", "City 4.5%", "MCTD 0.375%")]
    assert found["Puff Puff"]["taxInfo"] == usual
    own = [rates[name] for name in ("State 4%", "City 4.5%", "Bottle deposit")]
    assert found["Malt"]["taxInfo"] == own


def test_publishing_moves_the_metadata_and_nothing_else_does(toast: StandIn) -> None:
    before = toast.get(METADATA).get_json()
    assert before["restaurantGuid"] == toast.restaurant
    menus(toast)
    change = {"resource": "printers", "do": "add", "name": "Bar"}
    toast.control("POST", "configuration", change)
    assert toast.get(METADATA).get_json() == before
    publish(toast)
    after = toast.get(METADATA).get_json()
    assert after["lastUpdated"] == "2026-11-22T13:00:01.000+0000"
    assert menus(toast)["lastUpdated"] == after["lastUpdated"]


def test_one_publication_holds_several_changes(toast: StandIn) -> None:
    before = items(menus(toast))
    publish(
        toast,
        {"do": "price", "item": "Chapman", "price_cents": 250_050},
        {"do": "rename", "item": before["Puff Puff"]["guid"], "name": "Puff-Puff"},
        {"do": "remove", "item": "Egusi Soup"},
        {"do": "add", "name": "Zobo", "price_cents": 90_000, "group": "Drinks"},
        {"do": "price", "item": "Pepper Soup", "price_cents": None},
    )
    after = items(menus(toast))
    assert after["Chapman"]["price"] == 2_500.5
    assert after["Puff-Puff"]["guid"] == before["Puff Puff"]["guid"]
    assert "Puff Puff" not in after
    assert "Egusi Soup" not in after
    assert after["Zobo"]["price"] == 900
    assert (after["Pepper Soup"]["price"], after["Pepper Soup"]["pricingStrategy"]) == (
        None,
        "OPEN_PRICE",
    )


def test_a_change_that_cannot_be_made_publishes_nothing(toast: StandIn) -> None:
    before = menus(toast)
    fine = {"do": "remove", "item": "Chapman"}
    for wrong, status in (
        ({"do": "price", "item": "Nil", "price_cents": 1}, 404),
        ({"do": "rename", "item": "Egusi Soup"}, 400),
        ({"do": ["rename"]}, 400),
        ({"do": "add", "name": "Zobo", "price_cents": "9"}, 400),
        ({"do": "add", "name": "Puff Puff", "price_cents": 9}, 400),
        ({"do": "add", "name": "Zobo", "taxes": "VAT"}, 400),
        ({"do": "add", "name": "Zobo", "option_groups": ["Sauces"]}, 404),
    ):
        answer = toast.http.post("/control/menus", json={"changes": [fine, wrong]})
        assert answer.status_code == status, wrong
    assert menus(toast) == before


def test_publishing_is_told_to_those_who_asked_for_it(toast: StandIn) -> None:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "menus", "secret": "m"})
    toast.control("POST", "subscriptions", {"url": f"{URL}/orders"})
    publish(toast)
    publish(toast, webhooks=False)
    toast.agenda.run_due()
    [(url, body, headers)] = toast.receiver.taken
    message = json.loads(body)
    assert (url, message["eventCategory"], message["eventType"]) == (URL, "menus", "menus_updated")
    assert message["details"] == {
        "restaurantGuid": toast.restaurant,
        "publishedDate": "2026-11-22T13:00:00.000Z",
    }
    assert headers["Toast-Event-Category"] == "menus"
    assert headers["Toast-Restaurant-External-ID"] == toast.restaurant


def test_nothing_published_is_not_found(toast: StandIn) -> None:
    toast.control("DELETE", "menus")
    assert [toast.get(path).status_code for path in (MENUS, METADATA)] == [404, 404]
    assert toast.get("/config/v2/menuItems").get_json() == []
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get(METADATA).status_code == 200
    toast.restaurant = toast.platform.merchant.restaurants[0].guid
    publish(toast)
    assert items(menus(toast))


def test_the_menu_of_a_file_is_what_its_orders_hold(takeaway: StandIn) -> None:
    found = items(menus(takeaway))
    for held in takeaway.platform.book.all(takeaway.restaurant)[-50:]:
        for check in json.loads(held.body())["checks"]:
            for line in check["selections"]:
                assert found[line["displayName"]]["guid"] == line["item"]["guid"]
