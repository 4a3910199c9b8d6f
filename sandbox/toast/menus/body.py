"""All that is published, as the menus API shows it. Source: menus API 2.4.1, Restaurant."""

from __future__ import annotations

from sandbox.toast import times
from sandbox.toast.body.reference import Json, configured
from sandbox.toast.menus.article import identity, menu_item, modifier_option
from sandbox.toast.menus.card import Card, Group, Menu, OptionGroup
from sandbox.toast.menus.numbering import Numbering, number
from sandbox.toast.menus.premodifier import pre_modifier_group
from sandbox.toast.merchant import Restaurant


def menus_json(card: Card, restaurant: Restaurant, published_ms: int, category: str) -> Json:
    """The root: menus, and three maps that they point into; a map's keys are strings."""
    numbers = number(card)
    food = _category(restaurant, category)
    groups = card.option_groups
    return {
        **metadata_json(restaurant, published_ms),
        "restaurantTimeZone": restaurant.zone,
        "menus": [_menu(each, restaurant, food, numbers) for each in card.menus],
        "modifierGroupReferences": {
            str(numbers.groups[key]): _option_group(group, restaurant, numbers)
            for key, group in groups.items()
        },
        "modifierOptionReferences": {
            str(numbers.options[key, option.key]): modifier_option(
                option, numbers.options[key, option.key], restaurant, food, numbers
            )
            for key, group in groups.items()
            for option in group.options
        },
        "preModifierGroupReferences": {str(numbers.pre_modifiers): pre_modifier_group(restaurant)},
    }


def metadata_json(restaurant: Restaurant, published_ms: int) -> Json:
    """When the menus were last published."""
    return {"restaurantGuid": restaurant.guid, "lastUpdated": times.instant(published_ms)}


def _category(restaurant: Restaurant, name: str) -> Json:
    # Renamed or not, its guid is that of the category all orders have.
    return {"name": name, "guid": configured(restaurant, "SalesCategory", "Food")["guid"]}


def _menu(menu: Menu, restaurant: Restaurant, category: Json, numbers: Numbering) -> Json:
    return {
        **identity(menu.name, restaurant, "Menu", menu.key),
        "description": "",
        "image": None,
        "highResImage": None,
        "availability": {"alwaysAvailable": True},
        "menuGroups": [_group(each, restaurant, category, numbers) for each in menu.groups],
    }


def _group(group: Group, restaurant: Restaurant, category: Json, numbers: Numbering) -> Json:
    return {
        **identity(group.name, restaurant, "MenuGroup", group.key),
        "description": "",
        "image": None,
        "itemTags": [],
        "menuGroups": [_group(each, restaurant, category, numbers) for each in group.groups],
        "menuItems": [menu_item(each, restaurant, category, numbers) for each in group.items],
    }


def _option_group(group: OptionGroup, restaurant: Restaurant, numbers: Numbering) -> Json:
    return {
        "referenceId": numbers.groups[group.key],
        **identity(group.name, restaurant, "MenuOptionGroup", group.key),
        "pricingStrategy": "NONE",
        "pricingRules": None,
        "defaultOptionsChargePrice": "YES",
        "defaultOptionsSubstitutionPricing": "NO",
        "minSelections": group.least,
        "maxSelections": group.most,
        "requiredMode": group.required,
        "isMultiSelect": group.most != 1,
        "preModifierGroupReference": numbers.pre_modifiers if group.pre_modifiers else None,
        "modifierOptionReferences": [
            numbers.options[group.key, option.key] for option in group.options
        ],
    }
