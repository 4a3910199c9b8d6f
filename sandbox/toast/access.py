"""Who may call what: bearer token, restaurant header, scope, limits.

Source: guide authentication, apiScopes, apiRateLimiting.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, request

from sandbox.toast.errors import ApiError
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform

RESTAURANT_HEADER = "Toast-Restaurant-External-ID"


def admit(platform: Platform, api: str, scope: str, *, at_restaurant: bool = True) -> None:
    """Let a request pass and note in `g` whose it is.

    Raises:
        ApiError: 401 no valid token, 403 no scope or location, 400 no location or a deleted one,
            429 too many.
    """
    claims = _claims(platform)
    g.scopes = claims["scope"].split()
    if scope not in g.scopes:
        raise ApiError(403, f"The scope {scope} is required", 10010)
    address = request.remote_addr or ""
    who: tuple[str, ...] = (address,)
    if at_restaurant:
        g.restaurant = _restaurant(platform)
        who = (claims["azp"], g.restaurant.guid)
        if api == "orders" and platform.grants.of(g.restaurant).deleted:
            raise ApiError(400, f"Restaurant({g.restaurant.guid}) has been deleted", 10025)
    passed, g.limit_headers = platform.rate_limits.take(who, api, _endpoint())
    if not passed:
        raise ApiError(429, "Rate limit exceeded", 10023)


def malformed(guid: str) -> bool:
    """Whether a text isn't a guid."""
    try:
        UUID(guid)
    except ValueError:
        return True
    return False


def _endpoint() -> str | None:
    """The narrow limit that a path has beside those of its API."""
    return {"/orders/v2/ordersBulk": "ordersBulk", "/menus/v2/menus": "menus"}.get(request.path)


def _claims(platform: Platform) -> dict[str, Any]:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    claims = platform.tokens.claims(text) if kind == "Bearer" else None
    if claims is None:
        raise ApiError(401, "Full authentication is required to access this resource", 10008)
    return claims


def _restaurant(platform: Platform) -> Restaurant:
    guid = request.headers.get(RESTAURANT_HEADER, "")
    if not guid or malformed(guid):
        raise ApiError(400, f"The header {RESTAURANT_HEADER} must hold a restaurant guid", 10021)
    restaurant = platform.merchant.restaurant(guid.lower())
    if restaurant is None or not platform.admits(restaurant):
        raise ApiError(403, f"The client has no access to restaurant {guid}", 10024)
    return restaurant
