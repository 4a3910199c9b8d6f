"""Reading orders. Source: orders API 2.9.0; guide apiOrdersGetDetailedInfoAboutMultipleOrders."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g

from sandbox.toast.access import admit, malformed
from sandbox.toast.api.bulk import page, selected
from sandbox.toast.api.visibility import visible
from sandbox.toast.errors import ApiError
from sandbox.toast.held import Held
from sandbox.toast.platform import Platform

# Guide portalToastIdentifiers: an authority of at most 16 characters, an id of at most 256.
_EXTERNAL = re.compile(r"[^:]{1,16}:.{1,256}")


def routes(platform: Platform) -> Blueprint:
    """Orders in bulk and one by one."""
    api = Blueprint("orders", __name__, url_prefix="/orders/v2")

    @api.before_request
    def enter() -> None:
        admit(platform, "orders", "orders:read")

    @api.get("/ordersBulk")
    def orders_bulk() -> Response:
        held, links = page(selected(platform.book, g.restaurant))
        body = b"[" + b",".join(visible(each.body(), g.scopes) for each in held) + b"]"
        response = Response(body, content_type="application/json")
        response.headers["Link"] = links
        return response

    @api.get("/orders/<guid>")
    def order(guid: str) -> Response:
        held = _find(platform, guid)
        if held is None or held.restaurant.guid != g.restaurant.guid:
            raise ApiError(404, f"Order({guid}) not found", 10026)
        return Response(visible(held.body(), g.scopes), content_type="application/json")

    return api


def _find(platform: Platform, name: str) -> Held | None:
    """By guid, or by the id `AUTHORITY:id` of whoever sent the order."""
    if _EXTERNAL.fullmatch(name):
        return platform.book.named(g.restaurant.guid, name)
    if malformed(name):
        raise ApiError(400, f"Invalid order guid: {name}", 10025)
    return platform.book.get(name.lower())
