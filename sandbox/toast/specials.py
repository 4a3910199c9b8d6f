"""Orders out of the ordinary: every fourth of the past is one of these."""

from __future__ import annotations

import random
from collections.abc import Callable

from sandbox.toast.kitchen import gratuity, guest, settle
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation import mutate
from sandbox.toast.order import Discount, Order
from sandbox.toast.pricing import price_check

_HOUR_MS = 3_600_000

Special = Callable[[Order, Restaurant, random.Random], Order]


def _later(order: Order, hours: float = 0.75) -> int:
    return order.opened_ms + int(hours * _HOUR_MS)


def _settled(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    return settle(order, restaurant, _later(order), dice)


def _modified(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.checks[0].lines.append(dishes(restaurant)[1].line(2, extras=2))
    return _settled(order, restaurant, dice)


def _item_discount(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.checks[0].lines[0].discounts.append(Discount(name="Lunch Deal", percent=15))
    return _settled(order, restaurant, dice)


def _check_discount(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.checks[0].discounts.append(Discount(name="Loyal Guest", percent=7.9))
    return _settled(order, restaurant, dice)


def _gratuity(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.guests = 8
    order.checks[0].charges.append(gratuity())
    return _settled(order, restaurant, dice)


def _void_item(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.checks[0].lines.append(dishes(restaurant)[0].line())
    mutate(order, restaurant, _later(order, 0.2), {"do": "void_item"})
    return _settled(order, restaurant, dice)


def _void_order(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    return mutate(order, restaurant, _later(order, 0.3), {"do": "void_order"})


def _refund(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    due = {"do": "pay", "payment": {"kind": "CASH", "amount_cents": _due(order, restaurant)}}
    mutate(order, restaurant, _later(order), due)
    # The next day: refunds count to the day they are made.
    return mutate(order, restaurant, _later(order, 20), {"do": "refund"})


def _due(order: Order, restaurant: Restaurant) -> int:
    return price_check(order.checks[0], restaurant).due


def _guest(order: Order, restaurant: Restaurant, dice: random.Random) -> Order:
    order.checks[0].guest = guest(dice)
    return _settled(order, restaurant, dice)


_KINDS: tuple[Special, ...] = (
    _modified,
    _item_discount,
    _check_discount,
    _gratuity,
    _void_item,
    _void_order,
    _refund,
    _guest,
)


def special(number: int) -> Special | None:
    """What is special about the order of that number, if anything."""
    if number % 4 != 3:
        return None
    return _KINDS[number // 4 % len(_KINDS)]
