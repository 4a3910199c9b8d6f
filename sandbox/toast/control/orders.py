"""Making and changing orders from the control address."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
from flask import Blueprint, Response

from sandbox.toast import times
from sandbox.toast.closeout import close_out
from sandbox.toast.control.body import document
from sandbox.toast.held import Held
from sandbox.toast.identity import identify
from sandbox.toast.kitchen import settle
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation import mutate
from sandbox.toast.mutation.merging import merge
from sandbox.toast.order import Order
from sandbox.toast.platform import Platform
from sandbox.toast.till import new_order
from sandbox.toast.waste import items, throw_away

_MINUTE_MS = 60_000


def routes(platform: Platform) -> Blueprint:
    """Create, read, mutate."""
    control = Blueprint("control_orders", __name__)
    rung = itertools.count()

    @control.post("/orders")
    def create() -> tuple[dict[str, Any], int]:
        wanted = document()
        restaurant = _restaurant(platform, wanted.get("restaurant"))
        made = _make(platform, restaurant, wanted, rung)
        _tell(platform, wanted, made)
        return {"guids": [held.guid for held in made]}, 201

    @control.get("/orders/<guid>")
    def read(guid: str) -> Response:
        return Response(_held(platform, guid).body(), content_type="application/json")

    @control.patch("/orders/<guid>")
    def change(guid: str) -> Response:
        held, wanted = _held(platform, guid), document()
        at_ms = _instant(wanted.get("at")) or platform.clock.now_ms()
        if wanted.get("do") == "merge":
            target, after = _merge(platform, held, at_ms, wanted)
            _tell(platform, wanted, [target])
        elif "body" in wanted:
            after = platform.book.save_body(wanted["body"], held.restaurant)
        else:
            restaurant = platform.book.present(held.restaurant)
            order = mutate(held.order(), restaurant, at_ms, wanted)
            after = platform.book.save(order, restaurant)
        _tell(platform, wanted, [after])
        return Response(after.body(), content_type="application/json")

    @control.post("/closeout")
    def closeout() -> dict[str, Any]:
        wanted = document()
        restaurant = _restaurant(platform, wanted.get("restaurant"))
        at_ms = _instant(wanted.get("at")) or platform.clock.now_ms()
        day = int(wanted.get("business_date") or restaurant.business_date(at_ms))
        changed = close_out(platform.book, restaurant, at_ms, day)
        _tell(platform, wanted, changed)
        return {"business_date": day, "guids": [held.guid for held in changed]}

    return control


def _merge(platform: Platform, held: Held, at_ms: int, wanted: dict[str, Any]) -> tuple[Held, Held]:
    """The order that the checks went to, and the one that they came from."""
    into = _held(platform, str(wanted.get("into")))
    if into.restaurant.guid != held.restaurant.guid:
        raise ValueError("both orders must be of one restaurant")
    source, target = held.order(), into.order()
    merge(source, target, held.restaurant, at_ms, wanted.get("checks"))
    saved = (platform.book.save(each, held.restaurant) for each in (target, source))
    return next(saved), next(saved)


def _held(platform: Platform, guid: str) -> Held:
    held = platform.book.get(guid)
    if held is None:
        raise LookupError(f"no order {guid}")
    return held


def _restaurant(platform: Platform, guid: str | None) -> Restaurant:
    if guid is None:
        return platform.merchant.restaurants[0]
    found = platform.merchant.restaurant(guid)
    if found is None:
        raise LookupError(f"no restaurant {guid}")
    return found


def _make(
    platform: Platform, restaurant: Restaurant, wanted: dict[str, Any], rung: itertools.count[int]
) -> list[Held]:
    """A finished body, an order spelled out, food thrown away, or so many random ones."""
    if "body" in wanted:
        return [platform.book.save_body(wanted["body"], restaurant)]
    if "order" in wanted:
        return [platform.book.save(_spelled_out(platform, wanted["order"], rung), restaurant)]
    if "waste" in wanted:
        at_ms = _instant(wanted.get("at")) or platform.clock.now_ms()
        return [throw_away(platform.book, restaurant, at_ms, items(wanted["waste"]))]
    dice = random.Random(wanted.get("seed", f"{platform.clock.now_ms()}/{next(rung)}"))
    count = int(wanted.get("count", 1))
    return [_random(platform, restaurant, wanted, dice, next(rung)) for _each in range(count)]


def _spelled_out(platform: Platform, document: dict[str, Any], rung: itertools.count[int]) -> Order:
    order = msgspec.convert(document, Order)
    now_ms = platform.clock.now_ms()
    order.opened_ms = order.opened_ms or now_ms
    order.modified_ms = order.modified_ms or order.closed_ms or order.opened_ms
    order.guid = order.guid or named_guid("spelled out", now_ms, next(rung), len(platform.book))
    return identify(order)


def _random(
    platform: Platform,
    restaurant: Restaurant,
    wanted: dict[str, Any],
    dice: random.Random,
    rung: int,
) -> Held:
    """Paid and closed as it is made, unless `open` is asked for; `at` sets its opening."""
    order = new_order(platform, restaurant, dice, f"control {rung}")
    at_ms = _instant(wanted.get("at"))
    if at_ms is not None:
        order.opened_ms = order.modified_ms = at_ms
    if not wanted.get("open", False):
        later = 0 if at_ms is None else 30 * _MINUTE_MS
        settle(order, restaurant, order.opened_ms + later, dice)
    return platform.book.save(order, restaurant)


def _instant(text: str | None) -> int | None:
    return None if text is None else times.parse_instant(text)


def _tell(platform: Platform, wanted: dict[str, Any], made: list[Held]) -> None:
    if wanted.get("webhooks", True):
        for held in made:
            platform.webhooks.announce(held)
