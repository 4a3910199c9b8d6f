"""Setting stock as staff do, and selling it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sandbox.toast.body.reference import Json
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.stock.telling import sell, set_levels


def routes(platform: Platform) -> Blueprint:
    """Set or sell, and see."""
    control = Blueprint("control_stock", __name__)

    @control.get("/stock")
    def see() -> Json:
        return _state(platform, asked_restaurant(platform))

    @control.post("/stock")
    def change() -> Json:
        wanted, restaurant = document(), asked_restaurant(platform)
        told = _set(platform, restaurant, wanted)
        return {**_state(platform, restaurant), "told": told}

    return control


def _set(platform: Platform, restaurant: Restaurant, wanted: dict[str, Any]) -> list[str]:
    """The guids of the items that there was something to tell of."""
    found = platform.estate.of(restaurant).stock.find(wanted.get("item"))
    if found is None:
        raise LookupError(f"nothing on the menu is {wanted.get('item')}")
    guid, at_ms = found["guid"], asked_ms(platform, wanted)
    webhooks = bool(wanted.get("webhooks", True))
    if "sold" in wanted:
        number = float(wanted["sold"])
        return sell(platform, restaurant, guid, number, at_ms=at_ms, webhooks=webhooks)
    levels = [(guid, str(wanted.get("status")), wanted.get("quantity"))]
    return set_levels(platform, restaurant, levels, at_ms=at_ms, webhooks=webhooks)


def _state(platform: Platform, restaurant: Restaurant) -> Json:
    shelf = platform.estate.of(restaurant).stock
    return {
        "restaurant": restaurant.guid,
        "items": shelf.inventory(("IN_STOCK", "QUANTITY", "OUT_OF_STOCK")),
    }
