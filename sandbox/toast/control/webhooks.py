"""Subscriptions, their chaos, and sending again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request

from sandbox.toast.control.body import document
from sandbox.toast.held import Held
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.chaos import Chaos, parse_chaos
from sandbox.toast.webhook.subscription import parse_subscription


def routes(platform: Platform) -> Blueprint:
    """Everything about webhooks."""
    control = Blueprint("webhooks", __name__)
    webhooks = platform.webhooks

    @control.get("/subscriptions")
    def subscriptions() -> dict[str, Any]:
        return {"items": [each.document() for each in webhooks.subscriptions]}

    @control.post("/subscriptions")
    def subscribe() -> tuple[dict[str, Any], int]:
        wanted = parse_subscription(document(), platform.merchant.webhook_secret)
        webhooks.subscribe(wanted)
        return wanted.document(), 201

    @control.delete("/subscriptions")
    def unsubscribe() -> dict[str, Any]:
        webhooks.unsubscribe(request.args.get("url") or document().get("url"))
        return {"items": [each.document() for each in webhooks.subscriptions]}

    @control.get("/webhooks")
    def log() -> dict[str, Any]:
        return {**webhooks.statistics(), "log": [asdict(each) for each in webhooks.log()]}

    @control.post("/webhooks/chaos")
    def chaos() -> dict[str, Any]:
        webhooks.chaos = parse_chaos(document())
        return document()

    @control.delete("/webhooks/chaos")
    def calm() -> dict[str, Any]:
        webhooks.chaos = Chaos()
        return {}

    @control.post("/webhooks/retries")
    def retries() -> dict[str, Any]:
        webhooks.scale = float(document().get("scale", 1.0))
        return {"scale": webhooks.scale}

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
