"""Items and modifiers as the menus API shows them.

Source: menus API 2.4.1, MenuItem, ModifierOption, Portion.
"""

from __future__ import annotations

from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.menus.card import Item, Option
from sandbox.toast.menus.numbering import Numbering
from sandbox.toast.menus.price import price, pricing_rules
from sandbox.toast.merchant import Restaurant

VISIBLE = ("POS", "KIOSK", "TOAST_ONLINE_ORDERING", "ORDERING_PARTNERS")


def menu_item(item: Item, restaurant: Restaurant, category: Json, numbers: Numbering) -> Json:
    """One item; its guid is the one that orders have."""
    return {
        **identity(item.name, restaurant, "MenuItem", item.key),
        "kitchenName": item.name.upper(),
        **_description(),
        **price(item),
        "pricingRules": pricing_rules(item, restaurant),
        "isDeferred": item.deferred,
        "isDiscountable": not item.deferred,
        "salesCategory": None if item.deferred else category,
        "taxInfo": tax_guids(item, restaurant),
        "taxInclusion": item.inclusion,
        "itemTags": [_tag(tag, restaurant) for tag in item.tags],
        "plu": item.plu,
        "sku": _sku(item.key),
        **_matter(),
        "portions": [_portion(each, item, restaurant, numbers) for each in item.portions],
        "modifierGroupReferences": numbers.of_groups(item.option_groups),
        "eligiblePaymentAssistancePrograms": [],
        "isComboParent": False,
        "catalogProductInfo": None,
    }


def modifier_option(
    option: Option, reference_id: int, restaurant: Restaurant, category: Json, numbers: Numbering
) -> Json:
    """One modifier; the guid is that of the item behind it, as orders have it."""
    taxes = [_guid(restaurant, tax.name) for tax in restaurant.default_taxes]
    return {
        "referenceId": reference_id,
        **identity(option.name, restaurant, "MenuItem", option.key),
        "kitchenName": option.name.upper(),
        **_description(),
        **price(option),
        "pricingRules": None,
        "salesCategory": category,
        "taxInfo": taxes,
        "modifierOptionTaxInfo": {"taxRateGuids": taxes, "overrideItemTaxRates": False},
        "itemTags": [],
        "plu": "",
        "sku": _sku(option.key),
        **_matter(),
        "portions": [],
        "isDefault": option.is_default,
        "allowsDuplicates": False,
        "modifierGroupReferences": numbers.of_groups(option.option_groups),
    }


def identity(name: str, restaurant: Restaurant, entity: str, key: str) -> Json:
    """Name, guid, and the number known at every location, which comes twice."""
    reference = configured(restaurant, entity, key)
    return {
        "name": name,
        "guid": reference["guid"],
        "multiLocationId": reference["multiLocationId"],
        "masterId": int(reference["multiLocationId"]),
        "posName": "",
        "posButtonColorLight": "#f7f7f7",
        "posButtonColorDark": "#1a1c23",
        "visibility": list(VISIBLE),
    }


def tax_guids(item: Item, restaurant: Restaurant) -> list[str]:
    """The rates the item pays."""
    if item.taxes is None:
        return [_guid(restaurant, tax.name) for tax in restaurant.default_taxes]
    return [_guid(restaurant, name) for name in item.taxes]


def _guid(restaurant: Restaurant, tax: str) -> str:
    return str(configured(restaurant, "TaxRate", tax)["guid"])


def _sku(key: str) -> str:
    return f"SKU-{sum(map(ord, key)):05d}"


def _tag(name: str, restaurant: Restaurant) -> Json:
    return {"name": name, "guid": local(restaurant, "ItemTag", name)["guid"]}


def _portion(name: str, item: Item, restaurant: Restaurant, numbers: Numbering) -> Json:
    return {
        "name": name,
        "guid": local(restaurant, "Portion", f"{item.key}/{name}")["guid"],
        "modifierGroupReferences": numbers.of_groups(item.option_groups),
        "priceScaleFactor": 0.5,
    }


def _description() -> Json:
    return {"description": "", "image": None, "images": []}


def _matter() -> Json:
    """What nobody has filled in."""
    return {
        "calories": None,
        "contentAdvisories": {"alcohol": {"containsAlcohol": None}},
        "unitOfMeasure": "NONE",
        "prepTime": None,
        "prepStations": [],
        "length": None,
        "height": None,
        "width": None,
        "dimensionUnitOfMeasure": None,
        "weight": None,
        "weightUnitOfMeasure": "NONE",
        "guestCount": None,
        "sortOrder": None,
        "allergens": [],
    }
