"""Cash entries and deposits of a business date. Source: cash management API 1.1.0."""

from __future__ import annotations

from flask import Blueprint, g, request

from sandbox.toast import times
from sandbox.toast.access import admit
from sandbox.toast.body.reference import Json
from sandbox.toast.errors import ApiError
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """Both lists, a day at a time."""
    api = Blueprint("cash", __name__, url_prefix="/cashmgmt/v1")

    @api.before_request
    def enter() -> None:
        admit(platform, "cashmgmt", "cashmgmt:read")

    @api.get("/entries")
    def entries() -> list[Json]:
        return platform.estate.of(g.restaurant).cash.entries(_day())

    @api.get("/deposits")
    def deposits() -> list[Json]:
        return platform.estate.of(g.restaurant).cash.deposits(_day())

    return api


def _day() -> int:
    """The business date asked for; `yyyymmdd` is its name of old."""
    if "startDate" in request.args or "endDate" in request.args:
        raise ApiError(400, "businessDate is required; ranges of dates are not supported")
    text = request.args.get("businessDate", request.args.get("yyyymmdd"))
    if text is None:
        raise ApiError(400, "businessDate is required")
    try:
        return times.parse_business_date(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid businessDate: {text}") from error
