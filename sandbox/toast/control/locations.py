"""Locations that come, change and go, as the restaurant's owner and Toast's support see to it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import msgspec
from flask import Blueprint

from sandbox.toast import times
from sandbox.toast.control.body import document
from sandbox.toast.grants import Grant
from sandbox.toast.merchant import Calendar, Restaurant, TaxRate, named_guid
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.partner import partner_message

_FACTS = frozenset(
    ("name", "location", "zone", "currency", "country", "city", "closeout_hour", "menu", "archived")
)
_GRANT = frozenset(("deleted", "group_ref", "location_ref"))
_OTHER = frozenset(("guid", "like", "group", "taxes", "delay_s", "webhooks"))
_LATEST_CLOSEOUT = 12


def routes(platform: Platform) -> Blueprint:
    """Add, remove, archive, change."""
    control = Blueprint("locations", __name__)

    @control.get("/locations")
    def listed() -> dict[str, Any]:
        return {"items": [_shown(platform, each) for each in platform.merchant.restaurants]}

    @control.post("/locations")
    def add() -> tuple[dict[str, Any], int]:
        wanted = _wanted()
        known = platform.merchant.restaurant(str(wanted.get("guid")))
        restaurant = _changed(platform, known or _new(platform, wanted), wanted)
        if known is None:
            restaurant = replace(restaurant, earlier=())
        grant = _granted(platform.grants.of(restaurant), wanted)
        delay_s = float(wanted.get("delay_s", 0))
        platform.grants.connect(restaurant, delay_s=delay_s, grant=grant)
        _tell(platform, wanted, restaurant, "partner_added")
        return _shown(platform, restaurant), 201

    @control.patch("/locations/<guid>")
    def change(guid: str) -> dict[str, Any]:
        wanted, before = _wanted(), _found(platform, guid)
        restaurant = _changed(platform, before, wanted)
        platform.grants.change(restaurant, _granted(platform.grants.of(before), wanted))
        _tell(platform, wanted, restaurant, "partner_updated")
        return _shown(platform, restaurant)

    @control.delete("/locations/<guid>")
    def remove(guid: str) -> dict[str, Any]:
        wanted, restaurant = document(), _found(platform, guid)
        platform.grants.disconnect(restaurant)
        _tell(platform, wanted, restaurant, "partner_removed")
        return _shown(platform, restaurant)

    return control


def _wanted() -> dict[str, Any]:
    wanted = document()
    unknown = set(wanted) - _FACTS - _GRANT - _OTHER
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    return wanted


def _found(platform: Platform, guid: str) -> Restaurant:
    restaurant = platform.merchant.restaurant(guid)
    if restaurant is None:
        raise LookupError(f"no restaurant {guid}")
    return restaurant


def _new(platform: Platform, wanted: dict[str, Any]) -> Restaurant:
    """Like another one, the first unless told, under a guid of its own."""
    merchant = platform.merchant
    like = _found(platform, str(wanted.get("like", merchant.restaurants[0].guid)))
    number = len(merchant.restaurants)
    guid = str(wanted.get("guid") or named_guid("restaurant", merchant.name, "added", number))
    # What it sells stays what the other one sells.
    return replace(like, guid=guid.lower(), menu=like.menu or like.guid, earlier=(), archived=False)


def _changed(platform: Platform, before: Restaurant, wanted: dict[str, Any]) -> Restaurant:
    facts = {key: value for key, value in wanted.items() if key in _FACTS}
    if "group" in wanted:
        facts["group_guid"] = str(wanted["group"])
    if "taxes" in wanted:
        facts["taxes"] = _taxes(before, wanted["taxes"])
    # Through JSON's own types, so that a wrong one is refused with its place.
    after = msgspec.convert({**msgspec.to_builtins(before), **facts}, Restaurant)
    _check(after)
    if (after.zone, after.closeout_hour) == (before.zone, before.closeout_hour):
        return after
    # What is past keeps the days it had.
    until = Calendar(platform.clock.now_ms(), before.zone, before.closeout_hour)
    return replace(after, earlier=(*before.earlier, until))


def _check(restaurant: Restaurant) -> None:
    if not 0 <= restaurant.closeout_hour <= _LATEST_CLOSEOUT:
        raise ValueError(f"closeout_hour is from 0 to {_LATEST_CLOSEOUT}")
    try:
        times.zone_of(restaurant.zone)
    except (KeyError, ValueError) as error:
        raise ValueError(f"no time zone {restaurant.zone!r}") from error


def _taxes(before: Restaurant, documents: Any) -> list[Any]:
    """Those it has, and others: a rate that orders carry keeps its figures for good."""
    known = {each.name: each for each in before.taxes}
    if not isinstance(documents, list):
        raise ValueError("taxes are a list")  # noqa: TRY004  the caller's error
    for each in [msgspec.convert(one, TaxRate) for one in documents]:
        if replace(known.get(each.name, each), default=each.default) != each:
            raise ValueError(f"the rate {each.name!r} is there already: give the new one a name")
        known[each.name] = each
    return [msgspec.to_builtins(each) for each in known.values()]


def _granted(grant: Grant, wanted: dict[str, Any]) -> Grant:
    return replace(grant, **{key: value for key, value in wanted.items() if key in _GRANT})


def _tell(platform: Platform, wanted: dict[str, Any], restaurant: Restaurant, kind: str) -> None:
    if wanted.get("webhooks", True) and platform.partner:
        platform.webhooks.tell(
            partner_message(kind, restaurant, platform.merchant, platform.grants.of(restaurant))
        )


def _shown(platform: Platform, restaurant: Restaurant) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(restaurant),
        "group_guid": platform.merchant.group_of(restaurant),
        "listed": platform.lists(restaurant),
        "usable": platform.admits(restaurant),
        **asdict(platform.grants.of(restaurant)),
    }
