"""Menus in our words: groups, items and modifiers, each once, pointing at each other by id.

Source: Toast developer guide, "Detecting and avoiding infinite loops in the menus API JSON",
    https://doc.toasttab.com/doc/devguide/
    apiDetectingAndAvoidingInfiniteLoopsInTheMenusApiJson.html, read 2026-12-01.
    An option may lead to a group that leads back to it; so references are never followed here.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from connectors.base.contract import Record
from connectors.toast.bodies import decoded, incomplete, instant_of, unreadable
from connectors.toast.menu_schemas import Group, Menus, ModifierGroup, Sold
from connectors.toast.numbers import Absurd, number
from rules.facts import MenuGroupRecord, MenuItemRecord, MenuRecord, ModifierGroupRecord

# Groups nest a handful deep; a hundred is a mistake of somebody's.
MAX_DEPTH = 100

_menus = msgspec.json.Decoder(Menus)


def read(record: Record) -> MenuRecord:
    """All that a restaurant offers. Raises: SkippedRecord."""
    body = decoded(record, _menus)
    version = instant_of(record, body.lastUpdated, "lastUpdated")
    if version is None or not record.location:
        raise incomplete(record, "lastUpdated" if record.location else "restaurant")
    tree = _Tree(record, body)
    menus = [tree.group(menu, ()) for menu in body.menus or () if menu.guid]
    tree.add_options()
    return MenuRecord(
        location_id=record.location,
        version=version,
        menus=tuple(menus),
        items=tuple(tree.items.values()),
        modifier_groups=tuple(tree.modifier_groups()),
    )


class _Tree:
    """What was read so far. An item on several menus is read once, where it comes first."""

    def __init__(self, record: Record, body: Menus) -> None:
        self._record = record
        self._groups: Mapping[str, ModifierGroup] = body.modifierGroupReferences or {}
        self._options: Mapping[str, Sold] = body.modifierOptionReferences or {}
        self.items: dict[str, MenuItemRecord] = {}

    def group(self, group: Group, above: Sequence[str]) -> MenuGroupRecord:
        """A menu or group with all below it; one without an id can't be pointed at."""
        if len(above) >= MAX_DEPTH:
            raise unreadable(self._record, f"its groups are nested more than {MAX_DEPTH} deep")
        path = (*above, group.name or "Unnamed")
        for item in group.menuItems or ():
            self._add(item, "item", path)
        return MenuGroupRecord(
            external_id=str(group.guid),
            name=path[-1],
            item_ids=_ids(group.menuItems or ()),
            groups=tuple(self.group(each, path) for each in group.menuGroups or () if each.guid),
        )

    def modifier_groups(self) -> Iterator[ModifierGroupRecord]:
        """Every group of modifiers that can be pointed at."""
        seen = set()
        for group in self._groups.values():
            if group.guid and group.guid not in seen:
                seen.add(group.guid)
                yield ModifierGroupRecord(
                    external_id=group.guid,
                    name=group.name or "Unnamed",
                    required=group.requiredMode,
                    least=group.minSelections,
                    most=group.maxSelections,
                    option_ids=_referred(group.modifierOptionReferences, self._options),
                )

    def add_options(self) -> None:
        """Every option, by the first group that offers it; those of no group come last."""
        for group in self._groups.values():
            for reference in group.modifierOptionReferences or ():
                if option := self._options.get(str(reference)):
                    self._add(option, "option", (group.name or "Unnamed",))
        for option in self._options.values():
            self._add(option, "option", ())

    def _add(self, sold: Sold, kind: Literal["item", "option"], path: Sequence[str]) -> None:
        if not sold.guid or sold.guid in self.items:
            return
        category = sold.salesCategory
        self.items[sold.guid] = MenuItemRecord(
            external_id=sold.guid,
            kind=kind,
            name=sold.name or sold.kitchenName or "Unnamed",
            path=tuple(path),
            price=self._price(sold),
            pricing=sold.pricingStrategy,
            tax_inclusion=sold.taxInclusion,
            tax_ids=tuple(guid for guid in sold.taxInfo or () if guid),
            category=category.name if category else None,
            category_id=category.guid if category else None,
            plu=_text(sold.plu),
            sku=_text(sold.sku),
            shared_id=_text(sold.multiLocationId),
            deferred=bool(sold.isDeferred),
            modifier_group_ids=_referred(sold.modifierGroupReferences, self._groups),
        )

    def _price(self, sold: Sold) -> Decimal | None:
        """The price, nought included; None where there is none of its own."""
        try:
            return None if sold.price is None else number(sold.price)
        except Absurd:
            raise unreadable(self._record, f"the price of {sold.guid} is impossible") from None


def _referred(
    references: Sequence[int] | None, by_reference: Mapping[str, ModifierGroup | Sold]
) -> tuple[str, ...]:
    """The ids of what is referred to; a reference that leads nowhere is passed over."""
    named = (by_reference.get(str(reference)) for reference in references or ())
    return _ids([each for each in named if each is not None])


def _ids(named: Sequence[ModifierGroup | Sold]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.guid for each in named if each.guid))


def _text(value: str | int | None) -> str | None:
    return None if value in (None, "") else str(value)
