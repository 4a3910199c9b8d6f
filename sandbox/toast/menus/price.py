"""Prices as the menus API shows them. Source: menus API 2.4.1, price, PricingRules."""

from __future__ import annotations

from sandbox.toast import money
from sandbox.toast.body.reference import Json, configured
from sandbox.toast.menus.card import Item, Option
from sandbox.toast.merchant import Restaurant

# The hour of the lower price, every day but those of the weekend.
_WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
_HOUR = {"start": "16:00", "end": "18:00"}


def price(article: Item | Option) -> Json:
    """`price` and how it comes about; null where size or staff settle it."""
    cents = article.price_cents
    return {
        "price": None if cents is None else money.amount(cents),
        "pricingStrategy": _strategy(article),
    }


def pricing_rules(item: Item, restaurant: Restaurant) -> Json | None:
    """What a price by time or by size follows from, else null."""
    if item.strategy not in ("TIME_SPECIFIC_PRICE", "SIZE_PRICE"):
        return None
    sizes = item.size_group
    return {
        "timeSpecificPricingRules": _hours(item),
        "sizeSpecificPricingGuid": (
            None if sizes is None else configured(restaurant, "MenuOptionGroup", sizes)["guid"]
        ),
        "sizeSequencePricingRules": [],
    }


def _strategy(article: Item | Option) -> str:
    if isinstance(article, Item):
        return article.strategy
    return "BASE_PRICE" if article.price_cents is not None else "OPEN_PRICE"


def _hours(item: Item) -> list[Json]:
    if item.happy_hour_cents is None or item.price_cents is None:
        return []
    return [
        {
            "timeSpecificPrice": money.amount(item.happy_hour_cents),
            "basePrice": money.amount(item.price_cents),
            "schedule": [{"days": list(_WEEKDAYS), "timeRanges": [dict(_HOUR)]}],
        }
    ]
