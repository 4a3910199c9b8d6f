"""Whether online orders are taken. Source: restaurant availability API 1.0.1."""

from __future__ import annotations

from flask import Blueprint, g

from sandbox.toast.access import admit
from sandbox.toast.body.reference import Json
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """The one state."""
    api = Blueprint("availability", __name__, url_prefix="/restaurant-availability/v1")

    @api.before_request
    def enter() -> None:
        admit(platform, "restaurant-availability", "restaurants:read")

    @api.get("/availability")
    def availability() -> Json:
        return platform.estate.of(g.restaurant).availability.body()

    return api
