"""Reading orders. Source: orders API 2.9.0; guide apiOrdersGetDetailedInfoAboutMultipleOrders."""

from __future__ import annotations

from flask import Blueprint, Response, g

from sandbox.toast.access import admit, malformed
from sandbox.toast.api.bulk import page, selected
from sandbox.toast.api.visibility import visible
from sandbox.toast.errors import ApiError
from sandbox.toast.platform import Platform


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
        if malformed(guid):
            raise ApiError(400, f"Invalid order guid: {guid}", 10025)
        held = platform.book.get(guid.lower())
        if held is None or held.restaurant.guid != g.restaurant.guid:
            raise ApiError(404, f"Order({guid}) not found", 10026)
        return Response(visible(held.body(), g.scopes), content_type="application/json")

    return api
