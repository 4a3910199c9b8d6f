"""What most bodies at the control address name: a restaurant, an instant, and whether to tell."""

from __future__ import annotations

from typing import Any

from flask import request

from sandbox.toast import times
from sandbox.toast.control.body import document
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform


def asked_restaurant(platform: Platform) -> Restaurant:
    """The one named by guid in the body or the query, else the first.

    Raises:
        LookupError: there is none of that guid.
    """
    guid = document().get("restaurant") or request.args.get("restaurant")
    if guid is None:
        return platform.merchant.restaurants[0]
    found = platform.merchant.restaurant(str(guid))
    if found is None:
        raise LookupError(f"no restaurant {guid}")
    return found


def asked_ms(platform: Platform, wanted: dict[str, Any]) -> int:
    """The instant `at`, or now."""
    text = wanted.get("at")
    return platform.clock.now_ms() if text is None else times.parse_instant(str(text))
