"""Publishing menus from the control address."""

from __future__ import annotations

from flask import Blueprint

from sandbox.toast import times
from sandbox.toast.body.reference import Json
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.menus.telling import publish_menus
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """Publish, withdraw, see."""
    control = Blueprint("control_menus", __name__)

    @control.post("/menus")
    def publish() -> Json:
        wanted, restaurant = document(), asked_restaurant(platform)
        changes = wanted.get("changes", [])
        if not isinstance(changes, list) or not all(isinstance(each, dict) for each in changes):
            raise ValueError("changes are a list of objects")
        webhooks = bool(wanted.get("webhooks", True))
        publish_menus(
            platform, restaurant, changes, at_ms=asked_ms(platform, wanted), webhooks=webhooks
        )
        return _state(platform, restaurant)

    @control.get("/menus")
    def state() -> Json:
        return _state(platform, asked_restaurant(platform))

    @control.delete("/menus")
    def withdraw() -> Json:
        restaurant = asked_restaurant(platform)
        at_ms = asked_ms(platform, document())
        platform.estate.change(restaurant, "menus", at_ms, {"withdraw": True})
        return _state(platform, restaurant)

    return control


def _state(platform: Platform, restaurant: Restaurant) -> Json:
    setup = platform.estate.of(restaurant).setup
    published_ms = setup.menus_ms
    return {
        "restaurant": restaurant.guid,
        "publication": setup.publication,
        "last_updated": times.instant_or_null(published_ms),
        "items": [each.name for each in setup.card.items()],
    }
