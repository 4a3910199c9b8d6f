"""Some weeks of past trade for the demo merchant, with one in four orders out of the ordinary."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sandbox.toast import times
from sandbox.toast.identity import identify
from sandbox.toast.kitchen import finished_order, fresh_order, gratuity, guest, settle
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation import mutate
from sandbox.toast.order import Discount, Order
from sandbox.toast.pricing import price_check

_DAYS = 35
_HOUR_MS = 3_600_000

Special = Callable[[Order, Restaurant, random.Random], Order]


def history(restaurant: Restaurant, anchor_ms: int, count: int) -> Iterator[Order]:
    """Past orders before the anchor, oldest first, then one left open and one for the future."""
    for number in range(count):
        dice = random.Random(f"{restaurant.guid}/{number}")
        opened_ms = _opened_ms(restaurant, anchor_ms, number, count, dice)
        guid = named_guid("history", restaurant.guid, anchor_ms, number)
        special = _SPECIALS.get(number % (4 * len(_KINDS)))
        if special is None:
            yield finished_order(restaurant, guid, str(number + 1), opened_ms, dice)
        else:
            order = fresh_order(restaurant, guid, str(number + 1), opened_ms, dice)
            yield identify(special(order, restaurant, dice))
    yield from _unsettled(restaurant, anchor_ms, count)


def _opened_ms(
    restaurant: Restaurant, anchor_ms: int, number: int, count: int, dice: random.Random
) -> int:
    """Between 11:00 and 01:30 local time, that many days back."""
    back = _DAYS - number * (_DAYS - 2) // max(1, count)
    today = datetime.fromtimestamp(anchor_ms / 1000, times.zone_of(restaurant.zone)).date()
    # Naive on purpose: a wall clock that is read in the restaurant's zone.
    noon = datetime.combine(today - timedelta(days=back), datetime.min.time())
    wall = noon + timedelta(hours=11, minutes=dice.randint(0, 14 * 60 + 30))
    return times.local_ms(wall, restaurant.zone) + dice.randint(0, 59_999)


def _unsettled(restaurant: Restaurant, anchor_ms: int, count: int) -> Iterator[Order]:
    dice = random.Random(f"{restaurant.guid}/unsettled")
    guid = named_guid("history", restaurant.guid, anchor_ms, "open")
    yield fresh_order(restaurant, guid, str(count + 1), anchor_ms - _HOUR_MS, dice)
    guid = named_guid("history", restaurant.guid, anchor_ms, "future")
    future = fresh_order(restaurant, guid, str(count + 2), anchor_ms - _HOUR_MS // 2, dice)
    future.promised_ms = anchor_ms + 48 * _HOUR_MS
    yield future


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
# Every fourth order is one of these.
_SPECIALS: dict[int, Special] = {4 * place + 3: kind for place, kind in enumerate(_KINDS)}
