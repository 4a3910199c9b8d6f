"""Cash entries and deposits from the control address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sandbox.toast.body.reference import Json
from sandbox.toast.configuration.change import find
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform

# What an entry may name, and where that is configured.
_CONFIGURED = {
    "drawer": "cashDrawers",
    "payout_reason": "payoutReasons",
    "no_sale_reason": "noSaleReasons",
}
_USUAL_DRAWER = "drawer 1"


def routes(platform: Platform) -> Blueprint:
    """Enter, deposit, undo, list."""
    control = Blueprint("control_cash", __name__)

    @control.get("/cash")
    def everything() -> Json:
        book = platform.estate.of(asked_restaurant(platform)).cash
        return {"entries": book.entries(), "deposits": book.deposits()}

    @control.post("/cash/entries")
    def enter() -> tuple[Json, int]:
        wanted, restaurant = document(), asked_restaurant(platform)
        asked: Json = {
            name: wanted[name] for name in ("type", "amount_cents", "reason") if name in wanted
        }
        return _change(platform, "enter", {**asked, **_named(platform, restaurant, wanted)}), 201

    @control.post("/cash/entries/<guid>/undo")
    def undo(guid: str) -> tuple[Json, int]:
        reason = document().get("reason")
        asked = {"guid": guid} if reason is None else {"guid": guid, "reason": reason}
        return _change(platform, "undo", asked), 201

    @control.post("/cash/deposits")
    def deposit() -> tuple[Json, int]:
        asked = {"amount_cents": document().get("amount_cents")}
        return _change(platform, "deposit", asked), 201

    @control.post("/cash/deposits/<guid>/undo")
    def undo_deposit(guid: str) -> tuple[Json, int]:
        return _change(platform, "undo deposit", {"guid": guid}), 201

    return control


def _change(platform: Platform, do: str, asked: Json) -> Json:
    restaurant, at_ms = asked_restaurant(platform), asked_ms(platform, document())
    return platform.estate.change(restaurant, "cash", at_ms, {"do": do, **asked})


def _named(platform: Platform, restaurant: Restaurant, wanted: dict[str, Any]) -> Json:
    """The guids of what is named; a drawer unless the entry says null."""
    things = platform.estate.of(restaurant).setup.things
    asked = {"drawer": _USUAL_DRAWER, **wanted}
    return {
        name: find(things, kind, asked[name]).guid
        for name, kind in _CONFIGURED.items()
        if asked.get(name) is not None
    }
