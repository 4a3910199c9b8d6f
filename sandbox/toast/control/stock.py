"""Setting stock as staff do, and selling it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sandbox.toast.body.reference import Json
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.stock.shelf import Shelf
from sandbox.toast.stock.telling import Wanted, set_levels


def routes(platform: Platform) -> Blueprint:
    """Set or sell, and see."""
    control = Blueprint("control_stock", __name__)

    @control.get("/stock")
    def see() -> Json:
        return _state(platform, asked_restaurant(platform))

    @control.post("/stock")
    def change() -> Json:
        wanted, restaurant = document(), asked_restaurant(platform)
        shelf = platform.estate.of(restaurant).stock
        sold = "sold" in wanted
        moved = set_levels(
            platform,
            restaurant,
            [_level(shelf, wanted)],
            at_ms=asked_ms(platform, wanted),
            sold=sold,
            webhooks=bool(wanted.get("webhooks", True)),
        )
        return {**_state(platform, restaurant), "told": moved}

    return control


def _level(shelf: Shelf, wanted: dict[str, Any]) -> Wanted:
    found = shelf.find(wanted.get("item"))
    if found is None:
        raise LookupError(f"nothing on the menu is {wanted.get('item')}")
    if "sold" not in wanted:
        return found["guid"], str(wanted.get("status")), wanted.get("quantity")
    now = shelf.level(found["guid"])
    if now.quantity is None:
        # What isn't counted isn't counted down.
        return found["guid"], now.status, None
    return found["guid"], "QUANTITY", max(0.0, now.quantity - float(wanted["sold"]))


def _state(platform: Platform, restaurant: Restaurant) -> Json:
    shelf = platform.estate.of(restaurant).stock
    return {
        "restaurant": restaurant.guid,
        "items": shelf.inventory(("IN_STOCK", "QUANTITY", "OUT_OF_STOCK")),
    }
