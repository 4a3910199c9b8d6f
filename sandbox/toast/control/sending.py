"""Sending on demand, and subscriptions that are given a rest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sandbox.toast.control.body import document, meant
from sandbox.toast.held import Held
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.backoff import PAUSE_S
from sandbox.toast.webhook.occasion import occasion


def routes(platform: Platform) -> Blueprint:
    """Pauses, messages about orders, messages about anything else."""
    control = Blueprint("sending", __name__)
    webhooks = platform.webhooks

    @control.post("/webhooks/pauses")
    def pause() -> dict[str, Any]:
        wanted = document()
        seconds = None if wanted.get("stop") else float(wanted.get("seconds", PAUSE_S))
        return {"paused": webhooks.pause(*meant(), seconds=seconds)}

    @control.delete("/webhooks/pauses")
    def resume() -> dict[str, Any]:
        webhooks.resume(*meant())
        return webhooks.statistics()

    @control.post("/webhooks/events")
    def tell() -> dict[str, Any]:
        wanted = document()
        guid = str(wanted.get("restaurant") or platform.merchant.restaurants[0].guid)
        restaurant = platform.merchant.restaurant(guid)
        if restaurant is None:
            raise LookupError(f"no restaurant {guid}")
        return {"sent": webhooks.tell(occasion(platform, restaurant, wanted))}

    @control.post("/webhooks/send")
    def send() -> dict[str, Any]:
        chosen = _chosen(platform, document())
        for held in chosen:
            webhooks.announce(held)
        return {"sent": len(chosen)}

    return control


def _chosen(platform: Platform, wanted: dict[str, Any]) -> list[Held]:
    """Named orders in the given order; else all, or a restaurant's, oldest change first."""
    if "guids" in wanted:
        found = [platform.book.get(str(guid)) for guid in wanted["guids"]]
        missing = [guid for guid, held in zip(wanted["guids"], found, strict=True) if held is None]
        if missing:
            raise LookupError(f"no order {missing[0]}")
        return [held for held in found if held is not None]
    held_orders = platform.book.all(wanted.get("restaurant"))
    if wanted.get("order") == "newest":
        held_orders.reverse()
    return held_orders[: wanted.get("limit")]
