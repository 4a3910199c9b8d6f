"""A menu card as the back office knows it: menus of groups of items, and groups of modifiers.

Prices are whole cents. A `key` is the name something was first known by: its guid follows from it,
so that it keeps its guid when it is renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from sandbox.toast import times

# The day the restaurants were set up; nothing is older.
OPENED_MS = times.parse_instant("2025-01-06T09:30:00.000+0000")

Strategy = Literal[
    "BASE_PRICE", "MENU_SPECIFIC_PRICE", "TIME_SPECIFIC_PRICE", "SIZE_PRICE", "OPEN_PRICE"
]


class Item(msgspec.Struct, kw_only=True):
    """Something to eat or drink; without `taxes` it pays the restaurant's default ones."""

    key: str
    name: str
    price_cents: int | None
    strategy: Strategy = "BASE_PRICE"
    happy_hour_cents: int | None = None
    size_group: str | None = None
    inclusion: str = "TAX_NOT_INCLUDED"
    taxes: tuple[str, ...] | None = None
    deferred: bool = False
    portions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    plu: str = ""
    option_groups: list[str] = []
    modified_ms: int = OPENED_MS


class Option(msgspec.Struct, kw_only=True):
    """A modifier: an item of its own that goes with another; it may ask for modifiers itself."""

    key: str
    name: str
    price_cents: int | None
    option_groups: list[str] = []
    is_default: bool = False
    modified_ms: int = OPENED_MS


class OptionGroup(msgspec.Struct, kw_only=True):
    """Modifiers to choose from."""

    key: str
    name: str
    options: list[Option]
    least: int = 0
    most: int | None = None
    required: str = "OPTIONAL"
    pre_modifiers: bool = False
    modified_ms: int = OPENED_MS


class Group(msgspec.Struct, kw_only=True):
    """Items under one heading, with further headings below it."""

    key: str
    name: str
    items: list[Item] = []
    groups: list[Group] = []
    modified_ms: int = OPENED_MS

    def walk(self) -> Iterator[Group]:
        """This group and all below it."""
        yield self
        for each in self.groups:
            yield from each.walk()


class Menu(msgspec.Struct, kw_only=True):
    """One menu, such as that of lunch."""

    key: str
    name: str
    groups: list[Group]
    modified_ms: int = OPENED_MS


class Card(msgspec.Struct, kw_only=True):
    """All that is published; modifier groups by key, for items and options to point to."""

    menus: list[Menu]
    option_groups: dict[str, OptionGroup]

    def groups(self) -> Iterator[Group]:
        """Every heading of every menu."""
        for menu in self.menus:
            for group in menu.groups:
                yield from group.walk()

    def items(self) -> Iterator[Item]:
        """Every item of every menu."""
        for group in self.groups():
            yield from group.items

    def options(self) -> Iterator[Option]:
        """Every modifier of every group."""
        for group in self.option_groups.values():
            yield from group.options

    def articles(self) -> Iterator[Item | Option]:
        """Items and modifiers: whatever may stand on a check."""
        yield from self.items()
        yield from self.options()
