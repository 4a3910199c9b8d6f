"""Which locations a partner may read. Source: partners API v1."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from sandbox.toast import times
from sandbox.toast.access import admit
from sandbox.toast.errors import ApiError
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform

_MOST_ON_A_PAGE = 200


def routes(platform: Platform) -> Blueprint:
    """Both lists; neither needs the restaurant header, both are for partner accounts only."""
    api = Blueprint("partners", __name__, url_prefix="/partners/v1")

    @api.before_request
    def enter() -> None:
        admit(platform, "partners", "restaurants:read", at_restaurant=False)
        if not platform.partner:
            raise ApiError(403, "Only partner accounts may list their restaurants", 10024)

    @api.get("/restaurants")
    def restaurants() -> list[dict[str, Any]]:
        return _accessible(platform)

    @api.get("/connectedRestaurants")
    def connected() -> dict[str, Any]:
        return _paged(_accessible(platform))

    return api


def _accessible(platform: Platform) -> list[dict[str, Any]]:
    since = request.args.get("lastModified")
    try:
        since_ms = times.parse_instant(since) if since else 0
    except ValueError as error:
        raise ApiError(400, f"Invalid lastModified: {since}") from error
    return [
        access_json(each, platform)
        for each in platform.merchant.restaurants
        if platform.lists(each) and since_ms <= platform.grants.of(each).modified_ms
    ]


def access_json(restaurant: Restaurant, platform: Platform) -> dict[str, Any]:
    """One grant; its instants come twice, as epoch milliseconds and as text."""
    grant = platform.grants.of(restaurant)
    return {
        "restaurantGuid": restaurant.guid,
        "managementGroupGuid": platform.merchant.group_of(restaurant),
        "deleted": grant.deleted,
        "restaurantName": restaurant.name,
        "locationName": restaurant.location,
        "createdByEmailAddress": "owner@example.com",
        "externalGroupRef": grant.group_ref,
        "externalRestaurantRef": grant.location_ref,
        "modifiedDate": grant.modified_ms,
        "createdDate": grant.created_ms,
        "isoModifiedDate": times.instant(grant.modified_ms),
        "isoCreatedDate": times.instant(grant.created_ms),
    }


def _paged(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One page; `nextPageToken` is never null, even on the last, as in the vendor's example."""
    size, token = request.args.get("pageSize", "100"), request.args.get("pageToken", "1")
    if not (size.isdecimal() and 1 <= int(size) <= _MOST_ON_A_PAGE and token.isdecimal()):
        raise ApiError(400, "Invalid pageSize or pageToken")
    number, count = max(1, int(token)), int(size)
    last = max(1, -(-len(results) // count))
    return {
        "currentPageNum": number,
        "results": results[(number - 1) * count : number * count],
        "totalResultCount": len(results),
        "pageSize": count,
        "currentPageToken": str(number),
        "nextPageToken": str(number + 1),
        "totalCount": len(results),
        "nextPageNum": number + 1 if number < last else None,
        "lastPageNum": last,
        "previousPageNum": number - 1 if number > 1 else None,
    }
