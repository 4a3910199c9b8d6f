"""A menu as JSON: groups within groups, all else by reference, so that circles stay finite."""

from collections.abc import Iterable
from typing import Any

from models.storable import storable
from rules.facts import MenuGroupRecord, MenuItemRecord, MenuRecord, ModifierGroupRecord


def tree_of(record: MenuRecord) -> dict[str, Any]:
    """The menus with their groups; items, options and modifier groups, each named by its id.

    Of things with the same id the first one stands. Prices are in text.
    """
    items = [_item(each) for each in record.items if each.kind == "item"]
    options = [_item(each) for each in record.items if each.kind == "option"]
    return {
        "menus": [_group(each) for each in record.menus],
        "items": _once(items),
        "options": _once(options),
        "modifier_groups": _once(_modifier_group(each) for each in record.modifier_groups),
    }


def _once(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    first: dict[str, dict[str, Any]] = {}
    for each in found:
        first.setdefault(each["external_id"], each)
    return list(first.values())


def _group(group: MenuGroupRecord) -> dict[str, Any]:
    return {
        "external_id": storable(group.external_id),
        "name": storable(group.name),
        "item_ids": [storable(each) for each in group.item_ids],
        "groups": [_group(each) for each in group.groups],
    }


def _modifier_group(group: ModifierGroupRecord) -> dict[str, Any]:
    return {
        "external_id": storable(group.external_id),
        "name": storable(group.name),
        "required": _stored(group.required),
        "least": group.least,
        "most": group.most,
        "option_ids": [storable(each) for each in group.option_ids],
    }


def _item(item: MenuItemRecord) -> dict[str, Any]:
    return {
        "external_id": storable(item.external_id),
        "shared_external_id": _stored(item.shared_id),
        "name": storable(item.name),
        "price": None if item.price is None else str(item.price),
        "pricing": _stored(item.pricing),
        "tax_inclusion": _stored(item.tax_inclusion),
        "tax_external_ids": [storable(each) for each in item.tax_ids],
        "category": _stored(item.category),
        "category_external_id": _stored(item.category_id),
        "plu": _stored(item.plu),
        "sku": _stored(item.sku),
        "deferred": item.deferred,
        "modifier_group_ids": [storable(each) for each in item.modifier_group_ids],
    }


def _stored(text: str | None) -> str | None:
    return None if text is None else storable(text)
