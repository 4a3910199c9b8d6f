"""Menus: the tree and the flat list."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from models import Connection, Location, Menu, MenuItem
from models.session import unit_of_work
from rules.facts import MenuGroupRecord, MenuRecord
from tests.factories import at, connected
from tests.telling import item, listed, menu, tell

pytestmark = pytest.mark.usefixtures("database")


def one(till: Connection, *columns: Any) -> Any:
    with unit_of_work() as session:
        query = select(*columns).where(columns[0].class_.organization_id == till.organization_id)
        return tuple(session.execute(query).one())


def items(till: Connection) -> dict[str, Any]:
    query = select(MenuItem.external_id, MenuItem.removed_at)
    with unit_of_work() as session:
        found = session.execute(query.where(MenuItem.organization_id == till.organization_id))
        return {row.external_id: row.removed_at for row in found}


def moved(till: Connection) -> int:
    return int(one(till, Location.facts_version)[0])


def test_a_menu_is_a_tree_and_a_list_and_its_circles_are_references() -> None:
    till = connected()
    assert tell(till, menu()) == 1
    (tree,) = one(till, Menu.tree)
    assert tree["menus"][0]["groups"][0]["item_ids"] == ["rice"]
    [rice], [plantain], [sides] = tree["items"], tree["options"], tree["modifier_groups"]
    assert (rice["name"], rice["price"]) == ("Jollof rice", "12.50")
    assert rice["modifier_group_ids"] == plantain["modifier_group_ids"] == [sides["external_id"]]
    assert sides["option_ids"] == ["plantain"]
    assert items(till) == {"rice": None, "plantain": None}
    with unit_of_work() as session:
        [row] = session.scalars(
            select(MenuItem).where(
                MenuItem.organization_id == till.organization_id, MenuItem.kind == "item"
            )
        )
    assert (row.price, row.path, row.deferred) == (Decimal("12.5"), ["Food", "Mains"], False)


def test_what_says_the_same_writes_nothing() -> None:
    till = connected()
    tell(till, menu(at(0)))
    before = _written(till)
    assert tell(till, menu(at(0))) == 0
    assert _written(till) == before
    assert tell(till, menu(at(5))) == 0
    assert _written(till)["items"] == before["items"]
    assert moved(till) == 1
    assert one(till, Menu.version) == (at(5),)


def _written(till: Connection) -> dict[str, Any]:
    """Which transactions last wrote the rows."""
    with unit_of_work() as session:
        owner = {"organization_id": till.organization_id}
        return {
            name: session.execute(
                text(f"SELECT xmin::text FROM {table} WHERE organization_id = :organization_id"),
                owner,
            ).all()
            for name, table in (("menu", "menus"), ("items", "menu_items"))
        }


def test_what_leaves_is_removed_and_comes_back() -> None:
    till = connected()
    full, short = menu(at(0)), menu(at(1), items=(item(),), modifier_groups=())
    tell(till, full)
    assert tell(till, short) == 1
    assert items(till) == {"rice": None, "plantain": at(1)}
    assert tell(till, full) == 0
    assert items(till)["plantain"] == at(1)
    assert tell(till, replace(full, version=at(2))) == 1
    assert items(till)["plantain"] is None
    assert moved(till) == 3


def test_what_is_withdrawn_stays_as_removed_until_it_is_published_again() -> None:
    till = connected()
    tell(till, menu(at(0)))
    (tree,) = one(till, Menu.tree)
    assert listed(till, "menus", at(5)) == 1
    assert one(till, Menu.withdrawn_at, Menu.version, Menu.tree) == (at(5), at(0), tree)
    assert items(till) == {"rice": at(5), "plantain": at(5)}
    assert moved(till) == 2
    assert listed(till, "menus", at(9)) == 0
    assert one(till, Menu.withdrawn_at) == (at(5),)
    assert tell(till, menu(at(0))) == 1
    assert one(till, Menu.withdrawn_at) == (None,)
    assert items(till) == {"rice": None, "plantain": None}
    assert moved(till) == 3


def test_a_menu_that_is_newer_than_the_look_that_found_none_stands() -> None:
    till = connected()
    tell(till, menu(at(5)))
    assert listed(till, "menus", at(5)) == 0
    assert one(till, Menu.withdrawn_at) == (None,)


def test_an_equally_new_menu_that_is_better_understood_replaces() -> None:
    till = connected()
    tell(till, menu(items=(item(),)))
    assert tell(till, menu(items=(item(category="Mains"),))) == 1
    assert one(till, MenuItem.category) == ("Mains",)


def test_an_item_that_is_an_option_too_is_listed_as_the_item() -> None:
    till = connected()
    tell(till, menu(items=(item(kind="option", name="Side of rice", price=None), item())))
    assert one(till, MenuItem.name, MenuItem.kind) == ("Jollof rice", "item")
    (tree,) = one(till, Menu.tree)
    assert [option["name"] for option in tree["options"]] == ["Side of rice"]


def test_a_menu_of_one_place_leaves_that_of_another_alone() -> None:
    till = connected(places=("site-1", "site-2"))
    tell(till, menu(), menu(place="site-2"))
    assert tell(till, menu(at(1), items=())) == 1
    with unit_of_work() as session:
        query = select(MenuItem.external_id).where(
            MenuItem.organization_id == till.organization_id, MenuItem.removed_at.is_(None)
        )
        assert set(session.scalars(query)) == {"rice", "plantain"}


def test_a_huge_menu_is_stored_and_thinned_out() -> None:
    till = connected()
    many = tuple(item(f"i{n}", name=f"Dish {n}\x00") for n in range(5000))
    group = MenuGroupRecord("all", "All", item_ids=tuple(each.external_id for each in many))
    assert tell(till, menu(at(0), menus=(group,), items=many)) == 1
    assert tell(till, menu(at(1), menus=(group,), items=many[:10])) == 1
    left = [name for name, removed in items(till).items() if removed is None]
    assert len(left) == 10


@settings(max_examples=15)
@given(
    st.lists(st.lists(st.sampled_from("abc"), unique=True, max_size=3), min_size=1, max_size=4),
    st.data(),
)
def test_menus_in_any_order_end_with_the_newest(
    contents: list[list[str]], data: st.DataObject
) -> None:
    versions: list[MenuRecord] = [
        menu(at(minute), items=tuple(item(name) for name in names))
        for minute, names in enumerate(contents)
    ]
    till = connected()
    for record in data.draw(st.permutations([*versions, *versions[:2]])):
        tell(till, record)
    assert {name for name, removed in items(till).items() if removed is None} == set(contents[-1])
    assert one(till, Menu.version) == (at(len(contents) - 1),)
