"""Payments by themselves, and the tip on one. Source: orders API 2.9.0, payments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from sandbox.toast import times
from sandbox.toast.access import admit, malformed
from sandbox.toast.api.visibility import visible
from sandbox.toast.errors import ApiError
from sandbox.toast.held import Held
from sandbox.toast.mutation import mutate
from sandbox.toast.payments import PaymentIndex
from sandbox.toast.platform import Platform

_EVENTS = {"paidBusinessDate": "paid", "refundBusinessDate": "refund", "voidBusinessDate": "void"}
_TIP = "/orders/<guid>/checks/<check>/payments/<payment>"


def routes(platform: Platform) -> Blueprint:
    """Guids by day, one payment by guid, and its tip."""
    api = Blueprint("payments", __name__, url_prefix="/orders/v2")
    index = PaymentIndex(platform.book)

    @api.get("/payments")
    def payments() -> Response:
        admit(platform, "orders", "orders:read")
        event, day = _day()
        return jsonify(index.of_day(g.restaurant.guid, event, day))

    @api.get("/payments/<guid>")
    def payment(guid: str) -> dict[str, Any]:
        admit(platform, "orders", "orders:read")
        if malformed(guid):
            raise ApiError(400, f"Invalid payment guid: {guid}", 10025)
        found = index.find(g.restaurant.guid, guid.lower())
        if found is None:
            raise ApiError(404, f"Payment({guid}) not found", 10026)
        return found

    @api.patch(_TIP)
    def tip(guid: str, check: str, payment: str) -> Response:
        admit(platform, "orders", "orders.payments:write")
        held = platform.book.get(guid.lower())
        if held is None or held.restaurant.guid != g.restaurant.guid:
            raise ApiError(404, f"Order({guid}) not found", 10026)
        after = _tipped(platform, held, check.lower(), payment.lower())
        platform.webhooks.announce(after)
        return Response(visible(after.body(), g.scopes), content_type="application/json")

    return api


def _day() -> tuple[str, int]:
    given = [name for name in _EVENTS if name in request.args]
    if len(given) != 1:
        raise ApiError(400, f"Exactly one of {', '.join(_EVENTS)} is required", 10025)
    text = request.args[given[0]]
    try:
        return _EVENTS[given[0]], times.parse_business_date(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid {given[0]}: {text}", 10025) from error


def _tipped(platform: Platform, held: Held, check: str, payment: str) -> Held:
    body = request.get_json(silent=True) if request.is_json else None
    if not isinstance(body, dict) or set(body) != {"tipAmount"}:
        raise ApiError(400 if request.is_json else 415, "Only tipAmount can be changed", 10025)
    try:
        order = held.order()
        place = [each.guid for each in order.checks].index(check)
        cents = round(float(body["tipAmount"]) * 100)
        wanted = {"do": "tip", "check": place, "payment": payment, "tip_cents": cents}
        mutate(order, held.restaurant, platform.clock.now_ms(), wanted)
    except (TypeError, ValueError) as error:
        raise ApiError(400, str(error), 10025) from error
    return platform.book.save(order, held.restaurant)
