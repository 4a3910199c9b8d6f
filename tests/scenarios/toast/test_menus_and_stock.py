"""Menus and stock, by reading and by webhook."""

from typing import Any

from dashboard import counters
from tests.integration.tasks.asked import ask, control, one, state
from tests.scenarios.toast.kitchen import Kitchen


def _place(kitchen: Kitchen) -> int:
    query = "SELECT id FROM locations WHERE connection_id = :c"
    return int(one(query, c=kitchen.connection_id).id)


def _menus_asked(kitchen: Kitchen) -> int:
    return int(state(kitchen)["requests"].get("GET /menus/v2/menus", 0))


def _prices(kitchen: Kitchen) -> dict[str, str | None]:
    rows = ask(
        "SELECT m.name, m.price FROM menu_items m JOIN locations l ON l.id = m.location_id "
        "WHERE l.connection_id = :c AND m.kind = 'item' AND m.removed_at IS NULL",
        c=kitchen.connection_id,
    )
    return {row.name: None if row.price is None else f"{row.price:.2f}" for row in rows}


def _publish(kitchen: Kitchen, *changes: dict[str, Any], webhooks: bool = False) -> None:
    control(kitchen, "menus", {"changes": list(changes), "webhooks": webhooks})


def test_a_menu_is_read_once_and_again_when_it_was_published(kitchen: Kitchen) -> None:
    kitchen.read("menus")
    assert _menus_asked(kitchen) == 1
    name, before = next((n, p) for n, p in _prices(kitchen).items() if p is not None)
    kitchen.read("menus")
    assert _menus_asked(kitchen) == 1
    _publish(kitchen, {"do": "price", "item": name, "price_cents": 1234})
    kitchen.read("menus")
    assert _menus_asked(kitchen) == 2
    assert (before != "12.34", _prices(kitchen)[name]) == (True, "12.34")


def test_a_webhook_brings_a_new_menu_and_several_at_once_bring_it_once(kitchen: Kitchen) -> None:
    kitchen.read("menus")
    asked = _menus_asked(kitchen)
    for cents in (100, 200, 300):
        _publish(
            kitchen, {"do": "add", "name": f"New {cents}", "price_cents": cents}, webhooks=True
        )
    kitchen.receive()
    assert _menus_asked(kitchen) - asked == 1
    prices = _prices(kitchen)
    assert [prices[f"New {cents}"] for cents in (100, 200, 300)] == ["1.00", "2.00", "3.00"]
    _publish(kitchen, {"do": "remove", "item": "New 200"}, webhooks=True)
    kitchen.receive()
    assert "New 200" not in _prices(kitchen)


def test_a_menu_that_is_withdrawn_is_no_longer_offered(kitchen: Kitchen) -> None:
    kitchen.read("menus")
    before = _prices(kitchen)
    control(kitchen, "menus", {}, method="DELETE")
    control(kitchen, "clock", {"offset_s": 120})
    kitchen.read("menus")
    assert (bool(before), _prices(kitchen)) == (True, {})
    told = kitchen.api(f"menus/{_place(kitchen)}")
    assert (told["withdrawn_at"] is not None, bool(told["menus"])) == (True, True)
    _publish(kitchen)
    kitchen.read("menus")
    assert _prices(kitchen) == before
    assert kitchen.api(f"menus/{_place(kitchen)}")["withdrawn_at"] is None


def test_the_tree_is_whole_its_circles_too_and_comes_from_the_cache(kitchen: Kitchen) -> None:
    kitchen.read("menus")
    hits = counters.reads.labels("menu", "hit")._value.get()
    path = f"menus/{_place(kitchen)}"
    first = kitchen.api(path)
    assert kitchen.api(path) == first
    assert counters.reads.labels("menu", "hit")._value.get() - hits >= 1
    assert first["menus"]
    groups = {each["external_id"]: each for each in first["modifier_groups"]}
    choices = {each["external_id"]: each for each in first["options"]}

    def leads_to(group: str, seen: frozenset[str]) -> bool:
        """Whether a group of modifiers leads back to one that led to it."""
        if group in seen:
            return True
        options = [choices[x] for x in groups[group]["option_ids"]]
        ahead = [more for option in options for more in option["modifier_group_ids"]]
        return any(leads_to(more, seen | {group}) for more in ahead)

    assert any(leads_to(group, frozenset()) for group in groups)
    _publish(kitchen, {"do": "add", "name": "Fresh", "price_cents": 700}, webhooks=True)
    kitchen.receive()
    assert "Fresh" in {each["name"] for each in kitchen.api(path)["items"]}


def _stock(kitchen: Kitchen) -> dict[str, tuple[str, str | None]]:
    items = kitchen.api("stock")["items"]
    return {x["item"] or x["item_external_id"]: (x["status"], x["quantity"]) for x in items}


def _names(kitchen: Kitchen) -> list[str]:
    return list(control(kitchen, "menus", method="GET")["items"])


def test_stock_by_webhook_and_by_reading_is_one_history(kitchen: Kitchen) -> None:
    kitchen.read("menus", "stock")
    rice, yam, *_ = _names(kitchen)
    assert _stock(kitchen) == {}
    # Low from five down; a webhook tells at once, the reading the same once more.
    said = {"item": rice, "status": "QUANTITY", "quantity": 5, "webhooks": True}
    control(kitchen, "stock", said)
    kitchen.receive()
    control(kitchen, "stock", {"item": yam, "status": "OUT_OF_STOCK"})
    kitchen.read("stock")
    found = _stock(kitchen)
    assert found[rice][0] == "low"
    assert float(found[rice][1] or 0) == 5
    assert found[yam] == ("out of stock", None)
    # What a listing doesn't hold is in stock again.
    control(kitchen, "stock", {"item": yam, "status": "IN_STOCK"})
    control(kitchen, "clock", {"offset_s": 60})
    kitchen.read("stock")
    assert _stock(kitchen)[yam] == ("in stock", None)
    rows = ask(
        "SELECT c.status FROM stock_changes c JOIN locations l ON l.id = c.location_id "
        "WHERE l.connection_id = :c ORDER BY c.at, c.id",
        c=kitchen.connection_id,
    )
    assert sorted(row.status for row in rows) == ["in stock", "low", "out of stock"]
