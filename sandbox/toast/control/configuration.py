"""Changing what is configured, and how much of it a page holds."""

from __future__ import annotations

from flask import Blueprint

from sandbox.toast.body.reference import Json
from sandbox.toast.configuration.pages import MOST_ON_A_PAGE
from sandbox.toast.control.asked import asked_ms, asked_restaurant
from sandbox.toast.control.body import document
from sandbox.toast.platform import Platform

_OURS = ("resource", "do", "which", "name", "fields")


def routes(platform: Platform) -> Blueprint:
    """Each change is a publication."""
    control = Blueprint("control_configuration", __name__)

    @control.post("/configuration")
    def change() -> Json:
        wanted, restaurant = document(), asked_restaurant(platform)
        asked = {name: wanted[name] for name in _OURS if name in wanted}
        if "resource" not in asked or not isinstance(asked.get("fields", {}), dict):
            raise ValueError("a resource is needed, and fields are an object")
        at_ms = asked_ms(platform, wanted)
        outcome = platform.estate.change(restaurant, "configuration", at_ms, asked)
        setup, kind = platform.estate.of(restaurant).setup, asked["resource"]
        if kind == "tipWithholding":
            return {**outcome, "items": [setup.tip_withholding()]}
        return {**outcome, "items": [body for _modified_ms, body in setup.listed(kind)]}

    @control.post("/configuration/pages")
    def pages() -> Json:
        size = document().get("size", MOST_ON_A_PAGE)
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError("size must be a whole number from 1")
        platform.estate.page_size = size
        return {"size": size}

    return control
