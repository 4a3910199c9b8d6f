"""The parts of a menu as Toast sends them; whatever else it sends is passed over.

Source: Toast API reference, "Menus V2" (openapi toast-menus-api 2.4.1),
    https://doc.toasttab.com/openapi/menus/overview/, read 2026-12-01.
"""

from decimal import Decimal

import msgspec


class SalesCategory(msgspec.Struct, gc=False):
    """What the sales of an item are reported under."""

    guid: str | None = None
    name: str | None = None


class Sold(msgspec.Struct, gc=False):
    """An item of a menu, or an option that modifies one."""

    guid: str | None = None
    name: str | None = None
    kitchenName: str | None = None
    multiLocationId: str | int | None = None
    price: Decimal | None = None
    pricingStrategy: str | None = None
    isDeferred: bool | None = None
    salesCategory: SalesCategory | None = None
    taxInfo: list[str | None] | None = None
    taxInclusion: str | None = None
    plu: str | int | None = None
    sku: str | int | None = None
    modifierGroupReferences: list[int] | None = None


class Group(msgspec.Struct, gc=False):
    """A menu, or a group within one."""

    guid: str | None = None
    name: str | None = None
    menuGroups: "list[Group] | None" = None
    menuItems: list[Sold] | None = None


class ModifierGroup(msgspec.Struct, gc=False):
    """Options to choose from."""

    guid: str | None = None
    name: str | None = None
    requiredMode: str | None = None
    minSelections: int | None = None
    maxSelections: int | None = None
    modifierOptionReferences: list[int] | None = None


class Menus(msgspec.Struct, gc=False):
    """All menus of a restaurant; modifiers by the number that others refer to them by."""

    lastUpdated: str | None = None
    menus: list[Group] | None = None
    modifierGroupReferences: dict[str, ModifierGroup] | None = None
    modifierOptionReferences: dict[str, Sold] | None = None
