"""Configuration: lists by kind, pages that a publication outdates, and changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.toast.configuration.resource import OF_THE_MENU, RESOURCES
from tests.unit.sandbox.merchant_client import StandIn

NEXT = "Toast-Next-Page-Token"
# Where an order's references are configured.
KINDS = {
    "AlternatePaymentType": "alternatePaymentTypes",
    "CashDrawer": "cashDrawers",
    "DiningOption": "diningOptions",
    "Discount": "discounts",
    "MenuGroup": "menuGroups",
    "MenuItem": "menuItems",
    "MenuOptionGroup": "menuOptionGroups",
    "RestaurantService": "restaurantServices",
    "RevenueCenter": "revenueCenters",
    "SalesCategory": "salesCategories",
    "ServiceArea": "serviceAreas",
    "ServiceCharge": "serviceCharges",
    "Table": "tables",
    "TaxRate": "taxRates",
    "VoidReason": "voidReasons",
}


def listed(toast: StandIn, kind: str, **query: Any) -> list[dict[str, Any]]:
    answer = toast.get(f"/config/v2/{kind}", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()
    return found


def change(toast: StandIn, resource: str, do: str, **more: Any) -> Any:
    wanted = {"restaurant": toast.restaurant, "resource": resource, "do": do, **more}
    return toast.control("POST", "configuration", wanted)


def references(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if part.get("entityType") in KINDS:
            yield part["entityType"], part["guid"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@pytest.mark.parametrize("place", [0, 1])
def test_whatever_an_order_refers_to_is_configured(place: int) -> None:
    toast = StandIn(history=150)
    toast.restaurant = toast.platform.merchant.restaurants[place].guid
    toast.control("POST", "limits", {"off": True})
    known = {
        entity: {each["guid"] for each in listed(toast, kind)} for entity, kind in KINDS.items()
    }
    met = set()
    for held in toast.platform.book.all(toast.restaurant):
        for entity, guid in references(json.loads(held.body())):
            assert guid in known[entity], entity
            met.add(entity)
    assert met == set(KINDS)


@pytest.mark.parametrize("kind", [*RESOURCES, *OF_THE_MENU])
def test_every_kind_is_a_list_and_each_of_it_has_a_page_of_its_own(
    toast: StandIn, kind: str
) -> None:
    found = listed(toast, kind)
    assert all({"guid", "entityType"} <= set(each) for each in found)
    for each in found[:2]:
        assert toast.get(f"/config/v2/{kind}/{each['guid'].upper()}").get_json() == each
    assert toast.get(f"/config/v2/{kind}/nonsense").status_code == 400
    assert toast.get(f"/config/v2/{kind}/{toast.restaurant}").status_code == 404


def test_a_kind_that_there_is_not(toast: StandIn) -> None:
    assert toast.get("/config/v2/alternativePaymentTypes").status_code == 404


def test_shapes_as_documented(toast: StandIn) -> None:
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    by_name = {each["name"]: each for each in listed(toast, "taxRates")}
    state, deposit = by_name["State 4%"], by_name["Bottle deposit"]
    assert (state["rate"], state["type"], state["roundingType"]) == (0.04, "PERCENT", "HALF_UP")
    assert (deposit["type"], deposit["roundingType"], deposit["isDefault"]) == (
        "FIXED",
        None,
        False,
    )
    charges = {each["name"]: each for each in listed(toast, "serviceCharges")}
    fee, gratuity = charges["Delivery Fee"], charges["Gratuity 18%"]
    assert (fee["amountType"], fee["amount"], fee["destination"]) == ("FIXED", 3.99, "RESTAURANT")
    assert {each["name"] for each in fee["applicableTaxes"]} == set(by_name) - {"Bottle deposit"}
    assert (gratuity["percent"], gratuity["serviceChargeCalculation"], gratuity["gratuity"]) == (
        18,
        "PRE_DISCOUNT",
        True,
    )
    dining = {each["name"]: each["behavior"] for each in listed(toast, "diningOptions")}
    assert dining == {"Dine In": "DINE_IN", "Take Out": "TAKE_OUT", "Delivery": "DELIVERY"}
    tips = toast.get("/config/v2/tipWithholding").get_json()
    assert (tips["entityType"], tips["enabled"]) == ("TipWithholding", False)


def test_few_entries_page_when_pages_are_made_small(toast: StandIn) -> None:
    whole = listed(toast, "tables")
    assert NEXT not in toast.get("/config/v2/tables").headers
    toast.control("POST", "configuration/pages", {"size": 4})
    first = toast.get("/config/v2/tables")
    second = toast.get("/config/v2/tables", pageToken=first.headers[NEXT])
    assert first.get_json() + second.get_json() == whole
    assert NEXT not in second.headers


def test_publishing_while_paging_is_a_conflict_until_one_starts_again(toast: StandIn) -> None:
    toast.control("POST", "configuration/pages", {"size": 4})
    token = toast.get("/config/v2/tables").headers[NEXT]
    other = toast.platform.merchant.restaurants[1].guid
    wanted = {"restaurant": other, "resource": "printers", "do": "add", "name": "Bar"}
    toast.control("POST", "configuration", wanted)
    assert toast.get("/config/v2/tables", pageToken=token).status_code == 200
    change(toast, "printers", "add", name="Bar")
    assert toast.get("/config/v2/tables", pageToken=token).status_code == 409
    again = toast.get("/config/v2/tables")
    assert toast.get("/config/v2/tables", pageToken=again.headers[NEXT]).status_code == 200
    toast.control("POST", "menus", {})
    assert toast.get("/config/v2/tables", pageToken=again.headers[NEXT]).status_code == 409


def test_a_token_is_of_one_list(toast: StandIn) -> None:
    toast.control("POST", "configuration/pages", {"size": 1})
    token = toast.get("/config/v2/tables").headers[NEXT]
    assert toast.get("/config/v2/discounts", pageToken=token).status_code == 400
    assert toast.get("/config/v2/tables", pageToken="nonsense").status_code == 400
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get("/config/v2/tables", pageToken=token).status_code == 400


def test_adding_renaming_altering_removing(toast: StandIn) -> None:
    made = change(toast, "discounts", "add", name="Staff", fields={"amount_cents": 1250})
    guid = made["items"][-1]["guid"]
    change(toast, "discounts", "rename", which="Staff", name="Crew")
    change(toast, "discounts", "alter", which=guid, fields={"active": False, "type": "FIXED"})
    found = toast.get(f"/config/v2/discounts/{guid}").get_json()
    assert (found["name"], found["amount"], found["active"], found["type"]) == (
        "Crew",
        12.5,
        False,
        "FIXED",
    )
    change(toast, "discounts", "remove", which="Crew")
    assert toast.get(f"/config/v2/discounts/{guid}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"resource": "tables", "do": "add", "name": "Table 1"}, 400),
        ({"resource": "tables", "do": "add", "name": "T9", "fields": {"seats": 4}}, 400),
        ({"resource": "tables", "do": "rename", "which": "Table 99", "name": "x"}, 404),
        ({"resource": "menuItems", "do": "remove", "which": "Chapman"}, 400),
        ({"resource": "nothing", "do": "add", "name": "x"}, 404),
        ({"resource": "tables", "do": "burn", "which": "Table 1"}, 400),
    ],
)
def test_what_cannot_be_changed(toast: StandIn, wanted: dict[str, Any], status: int) -> None:
    toast.control("POST", "configuration/pages", {"size": 1})
    token = toast.get("/config/v2/tables").headers[NEXT]
    assert toast.http.post("/control/configuration", json=wanted).status_code == status
    assert toast.get("/config/v2/tables", pageToken=token).status_code == 200


def test_only_what_changed_after_an_instant(toast: StandIn) -> None:
    since = "2026-11-22T12:59:59.999+0000"
    assert listed(toast, "tables", lastModified=since) == []
    change(toast, "tables", "rename", which="Table 2", name="Window")
    assert [each["name"] for each in listed(toast, "tables", lastModified=since)] == ["Window"]
    exactly = "2026-11-22T13:00:00.000Z"
    assert listed(toast, "tables", lastModified=exactly) == []
    toast.control("POST", "menus", {"changes": [{"do": "add", "name": "Zobo", "price_cents": 1}]})
    assert [each["name"] for each in listed(toast, "menuItems", lastModified=since)] == ["Zobo"]
    assert toast.get("/config/v2/tables", lastModified="2026-11-22 12:00").status_code == 400


def test_a_sales_category_is_renamed_on_menus_too(toast: StandIn) -> None:
    before = toast.get("/menus/v2/metadata").get_json()
    change(toast, "salesCategories", "rename", which="Food", name="Kitchen")
    assert toast.get("/menus/v2/metadata").get_json() != before
    assert '"salesCategory":{"name":"Kitchen"' in toast.get("/menus/v2/menus").get_data(
        as_text=True
    )
