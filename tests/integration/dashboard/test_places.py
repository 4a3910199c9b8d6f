"""What is told of locations besides sales: the API."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from rules.facts import MenuGroupRecord, ModifierGroupRecord
from tests import factories, merchants
from tests.factories import at
from tests.merchants import Merchant
from tests.telling import cash, configured, item, listed, menu, place_id, stock, tell


def answer(script: FlaskClient, address: str) -> Any:
    response = script.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.text
    return response.json


def items(script: FlaskClient, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(script, address)["items"]
    return found


@pytest.fixture
def place(owner: Merchant) -> int:
    return place_id(owner.connection)


def test_stock_has_what_is_out_first_with_the_menus_names(
    script: FlaskClient, owner: Merchant, place: int
) -> None:
    tell(
        owner.connection,
        menu(),
        stock(at(0), "in stock", "9", "bean"),
        stock(at(1), "low", "2.5", "yam"),
        stock(at(2), item="rice", shared_id="s1"),
    )
    found = items(script, "stock")
    assert [each["status"] for each in found] == ["out of stock", "low", "in stock"]
    assert [each["quantity"] for each in found] == [None, "2.5", "9"]
    assert [each["item"] for each in found] == ["Jollof rice", None, None]
    assert found[0]["changed_at"] == "2026-03-01T12:02:00.000000Z"
    assert (found[0]["location_id"], found[0]["shared_external_id"]) == (place, "s1")
    assert [each["item_external_id"] for each in items(script, "stock?status=low")] == ["yam"]
    assert items(script, "stock?location=987654") == []
    assert items(script, "stock?connection=nobody's") == []


@pytest.mark.parametrize(
    "query", ["stock?status=gone", "cash?kind=coins", "stock?location=x", "configured?kin=x"]
)
def test_a_filter_that_nothing_has_is_refused(
    script: FlaskClient, owner: Merchant, query: str
) -> None:
    assert script.get(f"/api/v1/{query}").status_code == 422


def test_changes_of_an_item_are_the_newest_first(
    script: FlaskClient, owner: Merchant, place: int
) -> None:
    tell(owner.connection, stock(at(0), "low", "2"), stock(at(1)), stock(at(1), item="yam"))
    listed(owner.connection, "stock", at(5), stock(at(5), item="yam"))
    found = items(script, f"stock-changes?location={place}&item=rice")
    assert [(each["status_before"], each["status"], each["source"]) for each in found] == [
        ("out of stock", "in stock", "reading"),
        ("low", "out of stock", "delivery"),
        ("in stock", "low", "delivery"),
    ]
    assert len(items(script, "stock-changes")) == 4


@pytest.mark.parametrize("name", ["stock", "stock-changes", "menu-items", "configured", "cash"])
def test_pages_hold_everything_once(script: FlaskClient, owner: Merchant, name: str) -> None:
    numbers = range(5)
    tell(
        owner.connection,
        menu(items=tuple(item(f"i{n}") for n in numbers)),
        *(stock(at(n % 2), item=f"i{n}") for n in numbers),
        *(configured(f"d{n}") for n in numbers),
        *(cash(f"e{n}") for n in numbers),
    )
    seen: list[int] = []
    after = ""
    for _ in range(3):
        found = answer(script, f"{name}?limit=2{after}")
        seen += [each["id"] for each in found["items"]]
        after = f"&after={found['next']}"
    assert found["next"] is None
    assert len(set(seen)) == len(seen) == 5


def test_a_menu_is_a_tree_whose_circles_are_names(
    script: FlaskClient, owner: Merchant, place: int
) -> None:
    assert script.get(f"/api/v1/menus/{place}").status_code == 404
    tell(owner.connection, menu())
    found = answer(script, f"menus/{place}")
    assert found["menus"][0]["groups"][0]["item_ids"] == ["rice"]
    assert found["items"][0]["price"] == "12.50"
    assert found["options"][0]["modifier_group_ids"] == ["sides"]
    assert found["modifier_groups"][0]["option_ids"] == ["plantain"]
    assert (found["currency"], found["location"]) == ("GBP", "site-1")


def test_a_huge_menu_is_answered(script: FlaskClient, owner: Merchant, place: int) -> None:
    many = tuple(item(f"i{n}") for n in range(5000))
    group = MenuGroupRecord("all", "All", item_ids=tuple(each.external_id for each in many))
    tell(owner.connection, menu(menus=(group,), items=many))
    assert len(answer(script, f"menus/{place}")["items"]) == 5000


def test_a_menu_that_was_withdrawn_says_since_when(
    script: FlaskClient, owner: Merchant, place: int
) -> None:
    tell(owner.connection, menu(at(0)))
    assert answer(script, f"menus/{place}")["withdrawn_at"] is None
    listed(owner.connection, "menus", at(5))
    found = answer(script, f"menus/{place}")
    assert (found["withdrawn_at"], len(found["menus"])) == ("2026-03-01T12:05:00.000000Z", 1)
    assert not answer(script, "menu-items?removed=false")["items"]


def test_items_that_left_the_menu_are_marked(script: FlaskClient, owner: Merchant) -> None:
    tell(owner.connection, menu(at(0)))
    tell(owner.connection, replace(menu(at(1)), items=(item(),)))
    assert [each["external_id"] for each in items(script, "menu-items?removed=false")] == ["rice"]
    [gone] = items(script, "menu-items?removed=true")
    assert (gone["external_id"], gone["removed_at"]) == ("plantain", "2026-03-01T12:01:00.000000Z")
    assert gone["price"] == "1.50"


def test_configuration_by_kind(script: FlaskClient, owner: Merchant) -> None:
    tell(
        owner.connection,
        configured(behavior="DINE_IN"),
        configured("r1", "Spilled", kind="void reason"),
    )
    [found] = items(script, "configured?kind=dining+option")
    assert (found["name"], found["facts"]) == ("Dine in", {"behavior": "DINE_IN"})
    assert len(items(script, "configured")) == 2


def test_cash_by_date_and_kind_and_what_a_day_comes_to(
    script: FlaskClient, owner: Merchant, place: int
) -> None:
    paid = factories.payment("p1", "20.00", business_date=factories.NOON.date())
    merchants.take_orders(owner, factories.order(payments=(paid,)))
    tell(
        owner.connection,
        cash("e1", "-5.00", reason="Ice"),
        cash("e2", "-1.00", business_date=at(24 * 60).date()),
        cash("d1", "14.00", kind="deposit", type=None),
    )
    assert [each["external_id"] for each in items(script, "cash?since=2026-03-02")] == ["e2"]
    assert [each["amount"] for each in items(script, "cash?kind=deposit")] == ["14.00"]
    day = answer(script, f"locations/{place}/cash-day?date=2026-03-01")
    assert day == {
        "location_id": place,
        "location": "site-1",
        "business_date": "2026-03-01",
        "currency": "GBP",
        "payments": "20.00",
        "payments_counted": 1,
        "refunds": "0.00",
        "entries": "-5.00",
        "expected": "15.00",
        "deposited": "14.00",
        "over_short": "-1.00",
    }
    assert script.get(f"/api/v1/locations/{place}/cash-day").status_code == 422


def test_a_location_tells_its_facts(script: FlaskClient, owner: Merchant, place: int) -> None:
    listed(owner.connection, "stock", at(3), stock(at(3)))
    found = answer(script, f"locations/{place}")
    assert found["stock_listed_at"] == "2026-03-01T12:03:00.000000Z"
    assert (found["taking_orders"], found["removed_at"], found["brand"]) == (None, None, None)
    assert found == items(script, "locations")[0]


def test_an_order_names_what_it_points_at(script: FlaskClient, owner: Merchant) -> None:
    tell(
        owner.connection,
        menu(),
        configured("d1", "Dine in"),
        configured("c1", "Bar", kind="revenue center"),
        configured("v1", "Spilled", kind="void reason"),
        configured("k1", "Loyal guest", kind="discount"),
        configured("t1", "Voucher", kind="payment type"),
        configured("other", "Never asked for"),
    )
    listed(
        owner.connection, "configuration", at(9999999), configured("c1", "Bar", "revenue center")
    )
    [order_id] = merchants.take_orders(
        owner,
        factories.order(
            dining_option_id="d1",
            revenue_center_id="c1",
            lines=(factories.line(item_id="rice", void_reason_id="v1"),),
            discounts=(factories.discount(configured_id="k1"),),
            payments=(factories.payment(alternate_type_id="t1", void_reason_id="unknown"),),
        ),
    )
    assert answer(script, f"orders/{order_id}")["names"] == {
        "rice": "Jollof rice",
        "d1": "Dine in",
        "c1": "Bar",
        "v1": "Spilled",
        "k1": "Loyal guest",
        "t1": "Voucher",
    }


def test_names_of_another_place_are_not_taken(script: FlaskClient, app: object) -> None:
    owner = merchants.merchant(places=("site-1", "site-2"))
    tell(owner.connection, configured("d1", "Of site 2", place="site-2"))
    from models.names import names_of
    from models.session import unit_of_work

    with unit_of_work() as session:
        ours = owner.organization_id
        there = place_id(owner.connection, "site-2")
        here = place_id(owner.connection)
        assert names_of(session, ours, there, ["d1"]) == {"d1": "Of site 2"}
        assert names_of(session, ours, here, ["d1"]) == {}
        assert names_of(session, ours + 1, there, ["d1"]) == {}
        assert names_of(session, ours, here, []) == {}


def test_everything_is_described(script: FlaskClient) -> None:
    described = script.get("/api/v1/openapi.json").json
    assert described is not None
    for path in (
        *("stock", "stock-changes", "menu-items", "configured", "cash", "menus/{location_id}"),
        *("locations/{location_id}", "locations/{location_id}/cash-day"),
    ):
        assert described["paths"][f"/api/v1/{path}"]["get"]["summary"], path


def test_modifier_groups_say_how_many(script: FlaskClient, owner: Merchant, place: int) -> None:
    sides = ModifierGroupRecord("sides", "Sides", "REQUIRED", 1, 3, ("rice",))
    tell(owner.connection, menu(modifier_groups=(sides,)))
    [found] = answer(script, f"menus/{place}")["modifier_groups"]
    assert (found["required"], found["least"], found["most"]) == ("REQUIRED", 1, 3)
