"""What is published. Source: menus API 2.4.1."""

from __future__ import annotations

from flask import Blueprint, Response, g

from sandbox.toast.access import admit
from sandbox.toast.body.reference import Json
from sandbox.toast.errors import ApiError
from sandbox.toast.menus.body import metadata_json
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """All menus at once, and the instant of their publication."""
    api = Blueprint("menus", __name__, url_prefix="/menus/v2")

    @api.before_request
    def enter() -> None:
        admit(platform, "menus", "menus:read")

    @api.get("/menus")
    def menus() -> Response:
        body = platform.estate.of(g.restaurant).setup.menus_body()
        if body is None:
            raise _unpublished()
        return Response(body, content_type="application/json")

    @api.get("/metadata")
    def metadata() -> Json:
        published_ms = platform.estate.of(g.restaurant).setup.menus_ms
        if published_ms is None:
            raise _unpublished()
        return metadata_json(g.restaurant, published_ms)

    return api


def _unpublished() -> ApiError:
    return ApiError(404, f"No published menus were found for restaurant {g.restaurant.guid}")
