"""The menu's parts as the configuration API lists them.

Source: configuration API 2.5.0, Menu, MenuGroup, MenuItem, MenuOptionGroup, PreModifier.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.toast.body.reference import Json, local
from sandbox.toast.menus.card import OPENED_MS, Card, Group, Item, Menu, Option
from sandbox.toast.menus.premodifier import GROUP, WORDS
from sandbox.toast.merchant import Restaurant

# When it was last changed, and how it is shown.
Listed = tuple[int, Json]

_SHOWN: Json = {
    "orderableOnline": "YES",
    "visibility": "ALL",
    "images": [],
    "unitOfMeasure": "NONE",
}


def listed(kind: str, card: Card, restaurant: Restaurant) -> list[Listed]:
    """Everything of one kind; items that are only ever modifiers are items too."""
    if kind == "menus":
        return [(menu.modified_ms, _menu(menu, restaurant)) for menu in card.menus]
    if kind == "menuGroups":
        return list(_groups(card, restaurant))
    if kind == "menuItems":
        return _items(card, restaurant)
    if kind == "menuOptionGroups":
        return list(_option_groups(card, restaurant))
    return [(OPENED_MS, body) for body in _words(kind, restaurant)]


def _menu(menu: Menu, restaurant: Restaurant) -> Json:
    groups = [local(restaurant, "MenuGroup", group.key) for group in menu.groups]
    return {**local(restaurant, "Menu", menu.key), "name": menu.name, **_SHOWN, "groups": groups}


def _groups(card: Card, restaurant: Restaurant) -> Iterator[Listed]:
    for menu in card.menus:
        parents = {
            child.key: group.key
            for top in menu.groups
            for group in top.walk()
            for child in group.groups
        }
        for top in menu.groups:
            for group in top.walk():
                yield group.modified_ms, _group(group, parents.get(group.key), menu, restaurant)


def _group(group: Group, parent: str | None, menu: Menu, restaurant: Restaurant) -> Json:
    return {
        **local(restaurant, "MenuGroup", group.key),
        "name": group.name,
        **_SHOWN,
        "menu": local(restaurant, "Menu", menu.key),
        "parent": None if parent is None else local(restaurant, "MenuGroup", parent),
        "items": [local(restaurant, "MenuItem", item.key) for item in group.items],
        "subgroups": [local(restaurant, "MenuGroup", below.key) for below in group.groups],
        "optionGroups": [],
        "inheritOptionGroups": True,
        "inheritUnitOfMeasure": True,
    }


def _items(card: Card, restaurant: Restaurant) -> list[Listed]:
    found: dict[str, Listed] = {}
    for article in card.articles():
        found.setdefault(article.key, (article.modified_ms, _item(article, restaurant)))
    return list(found.values())


def _item(article: Item | Option, restaurant: Restaurant) -> Json:
    return {
        **local(restaurant, "MenuItem", article.key),
        "name": article.name,
        **_SHOWN,
        "calories": None,
        "sku": "",
        "plu": article.plu if isinstance(article, Item) else "",
        "type": "NONE",
        "optionGroups": [
            local(restaurant, "MenuOptionGroup", key) for key in article.option_groups
        ],
        "inheritOptionGroups": True,
        "inheritUnitOfMeasure": True,
    }


def _option_groups(card: Card, restaurant: Restaurant) -> Iterator[Listed]:
    for group in card.option_groups.values():
        yield (
            group.modified_ms,
            {
                **local(restaurant, "MenuOptionGroup", group.key),
                "name": group.name,
                "options": [local(restaurant, "MenuItem", each.key) for each in group.options],
                "minSelections": group.least,
                "maxSelections": group.most,
            },
        )


def _words(kind: str, restaurant: Restaurant) -> list[Json]:
    parent = _bare(restaurant, "PreModifierGroup", GROUP)
    if kind == "preModifierGroups":
        return [{**parent, "name": GROUP, "isDefault": True}]
    return [
        {
            **_bare(restaurant, "PreModifier", name),
            "name": name,
            "scalePrice": factor is not None,
            "basePrice": 0,
            "scaleFactor": factor,
            "displayMode": "SUFFIX" if name == "ON THE SIDE" else "PREFIX",
            "parent": parent,
            "chargeAsExtra": None,
        }
        for name, factor in WORDS.items()
    ]


def _bare(restaurant: Restaurant, entity: str, name: str) -> Json:
    reference = local(restaurant, entity, name)
    return {"guid": reference["guid"], "entityType": entity}
