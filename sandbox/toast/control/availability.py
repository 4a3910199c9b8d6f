"""Going online and offline."""

from __future__ import annotations

from flask import Blueprint

from sandbox.toast.body.reference import Json
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """Set it; the API shows it."""
    control = Blueprint("control_availability", __name__)

    @control.post("/availability")
    def set_availability() -> Json:
        wanted = document()
        asked: Json = {name: wanted[name] for name in ("status", "reason") if name in wanted}
        at_ms = asked_ms(platform, wanted)
        return platform.estate.change(asked_restaurant(platform), "availability", at_ms, asked)

    return control
