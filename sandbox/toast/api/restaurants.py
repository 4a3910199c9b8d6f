"""Locations. Source: restaurants API v1."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from sandbox.toast.access import admit, malformed
from sandbox.toast.errors import ApiError
from sandbox.toast.merchant import Merchant, Restaurant
from sandbox.toast.platform import Platform


def routes(platform: Platform) -> Blueprint:
    """One location, and those of a group; there is no list of all."""
    api = Blueprint("restaurants", __name__, url_prefix="/restaurants/v1")

    @api.before_request
    def enter() -> None:
        admit(platform, "restaurants", "restaurants:read")

    @api.get("/restaurants/<guid>")
    def restaurant(guid: str) -> dict[str, Any]:
        if malformed(guid):
            raise ApiError(400, f"Invalid restaurant guid: {guid}")
        found = platform.merchant.restaurant(guid.lower())
        archived = request.args.get("includeArchived", "").lower() == "true"
        if found is None or not platform.admits(found) or (found.archived and not archived):
            raise ApiError(404, f"Restaurant({guid}) not found")
        return restaurant_json(found, platform.merchant)

    @api.get("/groups/<guid>/restaurants")
    def group(guid: str) -> list[dict[str, str]]:
        merchant = platform.merchant
        found = [each for each in merchant.restaurants if merchant.group_of(each) == guid.lower()]
        known = [each for each in found if platform.lists(each)]
        if not known and guid.lower() != merchant.group_guid:
            raise ApiError(404, f"Management group({guid}) not found")
        return [{"guid": each.guid} for each in known if not each.archived]

    return api


def restaurant_json(restaurant: Restaurant, merchant: Merchant) -> dict[str, Any]:
    """A location's body; parts nobody set up are there and empty."""
    return {
        "guid": restaurant.guid,
        "general": {
            "name": restaurant.name,
            "locationName": restaurant.location,
            "locationCode": None,
            "description": None,
            "timeZone": restaurant.zone,
            "closeoutHour": restaurant.closeout_hour,
            "managementGroupGuid": merchant.group_of(restaurant),
            "currencyCode": restaurant.currency,
            "firstBusinessDate": 20150901,
            "archived": restaurant.archived,
        },
        "urls": {"website": None, "facebook": None, "twitter": None, "orderOnline": None},
        "location": {
            "address1": "1 Market Street",
            "address2": None,
            "city": restaurant.city,
            "stateCode": None,
            "administrativeArea": None,
            "zipCode": None,
            "country": restaurant.country,
            "phone": None,
            "latitude": None,
            "longitude": None,
        },
        "schedules": {"daySchedules": {}, "weekSchedule": {}},
        "delivery": {"enabled": False},
        "onlineOrdering": {"enabled": False},
        "prepTimes": {},
    }
