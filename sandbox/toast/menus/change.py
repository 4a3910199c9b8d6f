"""Changes to a card, several to a publication."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sandbox.toast.body.reference import Json, configured
from sandbox.toast.menus.card import Card, Group, Item, Menu, Option
from sandbox.toast.merchant import Restaurant


def changed(card: Card, restaurant: Restaurant, changes: list[Json], at_ms: int) -> Card:
    """Another card, with the changes made; the given one stays as it is.

    Raises:
        ValueError: a change that can't be made.
        LookupError: it speaks of something that isn't on the card.
    """
    after = deepcopy(card)
    for change in changes:
        do = _CHANGES.get(str(change.get("do")))
        if do is None:
            raise ValueError(f"do must be one of {', '.join(_CHANGES)}")
        try:
            do(after, restaurant, change, at_ms)
        except KeyError as missing:
            raise ValueError(f"{change['do']} needs {missing}") from missing
        except TypeError as wrong:
            raise ValueError(f"{change['do']} can't be made: {wrong}") from wrong
    return after


def articles(card: Card, restaurant: Restaurant, which: Any) -> list[Item | Option]:
    """What has that guid or name; an item that is also a modifier is there twice.

    Raises:
        LookupError: nothing has.
    """
    everything = list(card.articles())
    found = [
        each
        for each in everything
        if which in (each.name, configured(restaurant, "MenuItem", each.key)["guid"])
    ]
    if not found:
        raise LookupError(f"nothing on the menu is {which}")
    return found


def _price(card: Card, restaurant: Restaurant, change: Json, at_ms: int) -> None:
    cents = _cents(change["price_cents"])
    for article in articles(card, restaurant, change.get("item")):
        article.price_cents, article.modified_ms = cents, at_ms
        if isinstance(article, Item):
            article.strategy = "OPEN_PRICE" if cents is None else "BASE_PRICE"


def _rename(card: Card, restaurant: Restaurant, change: Json, at_ms: int) -> None:
    for article in articles(card, restaurant, change.get("item")):
        article.name, article.modified_ms = str(change["name"]), at_ms


def _tax(card: Card, restaurant: Restaurant, change: Json, at_ms: int) -> None:
    for article in articles(card, restaurant, change.get("item")):
        if isinstance(article, Item):
            article.taxes, article.modified_ms = _names(change["taxes"]), at_ms


def _remove(card: Card, restaurant: Restaurant, change: Json, at_ms: int) -> None:
    gone = articles(card, restaurant, change.get("item"))
    for group in card.groups():
        if any(each in gone for each in group.items):
            group.items = [each for each in group.items if each not in gone]
            group.modified_ms = at_ms
    for choice in card.option_groups.values():
        if any(each in gone for each in choice.options):
            choice.options = [each for each in choice.options if each not in gone]
            choice.modified_ms = at_ms


def _add(card: Card, restaurant: Restaurant, change: Json, at_ms: int) -> None:
    name = str(change["name"])
    if any(name in (each.key, each.name) for each in card.articles()):
        raise ValueError(f"{name} is on the menu already")
    price = _cents(change.get("price_cents"))
    group = _group(card, str(change.get("group", "Menu")), at_ms)
    item = Item(
        key=name,
        name=name,
        price_cents=price,
        strategy="OPEN_PRICE" if price is None else "BASE_PRICE",
        inclusion="TAX_INCLUDED" if change.get("tax_included") else "TAX_NOT_INCLUDED",
        taxes=_names(change["taxes"]) if "taxes" in change else None,
        option_groups=_known_groups(card, change.get("option_groups", [])),
        plu=str(change.get("plu", "")),
        modified_ms=at_ms,
    )
    group.items.append(item)
    group.modified_ms = at_ms


def _group(card: Card, name: str, at_ms: int) -> Group:
    """The group of that name, put on the first menu when there is none."""
    for group in card.groups():
        if name in (group.key, group.name):
            return group
    made = Group(key=name, name=name, items=[], modified_ms=at_ms)
    if not card.menus:
        card.menus.append(Menu(key="All Day", name="All Day", groups=[], modified_ms=at_ms))
    card.menus[0].groups.append(made)
    card.menus[0].modified_ms = at_ms
    return made


def _cents(given: Any) -> int | None:
    if given is None or (isinstance(given, int) and given >= 0):
        return given
    raise ValueError("price_cents is a whole number from 0, or null for an open price")


def _names(given: Any) -> tuple[str, ...]:
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return tuple(given)
    raise ValueError("taxes are a list of names")


def _known_groups(card: Card, keys: list[str]) -> list[str]:
    for key in keys:
        if key not in card.option_groups:
            raise LookupError(f"no modifier group {key}")
    return list(keys)


Change = Callable[[Card, Restaurant, Json, int], None]
_CHANGES: dict[str, Change] = {
    "price": _price,
    "rename": _rename,
    "tax": _tax,
    "add": _add,
    "remove": _remove,
}
