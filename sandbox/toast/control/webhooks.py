"""Subscriptions, their chaos, and what became of messages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint

from sandbox.toast.control.body import document, meant
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
        webhooks.unsubscribe(*meant())
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

    return control
