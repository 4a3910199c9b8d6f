"""Login. Source: authentication API; guide apiAuthenticationRateLimit."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, request

from sandbox.toast.errors import ApiError
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """The one address that needs no token."""
    api = Blueprint("authentication", __name__, url_prefix="/authentication/v1")

    @api.post("/authentication/login")
    def login() -> dict[str, Any]:
        _limit(platform)
        _check(platform, _body())
        token, left_s = platform.tokens.login()
        return {
            "@class": ".SuccessfulResponse",
            "token": {
                "tokenType": "Bearer",
                "scope": None,
                "expiresIn": left_s,
                "accessToken": token.text,
                "idToken": None,
                "refreshToken": None,
            },
            "status": "SUCCESS",
        }

    return api


def _limit(platform: Platform) -> None:
    # By address; the X-Toast-RateLimit headers are never shown here.
    passed, headers = platform.rate_limits.take((request.remote_addr or "",), "login", None)
    if not passed:
        kept = {"Retry-After": headers["Retry-After"]}
        raise ApiError(429, "Rate limit exceeded", 10023, kept)


def _body() -> dict[str, Any]:
    if not request.is_json:
        raise ApiError(415, "Content-Type must be application/json")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "The body is not a JSON object")
    return body


def _check(platform: Platform, body: dict[str, Any]) -> None:
    if body.get("userAccessType") != "TOAST_MACHINE_CLIENT":
        raise ApiError(400, "userAccessType must be TOAST_MACHINE_CLIENT")
    merchant = platform.merchant
    known = (
        ("clientId", merchant.client_id),
        ("clientSecret", merchant.client_secret),
    )
    if not all(hmac.compare_digest(str(body.get(key, "")), value) for key, value in known):
        raise ApiError(401, "Unauthorized client", 10008)
