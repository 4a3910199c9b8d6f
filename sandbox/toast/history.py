"""Some weeks of past trade for the demo merchant, with one in four orders out of the ordinary."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sandbox.toast import times
from sandbox.toast.identity import identify
from sandbox.toast.kitchen import finished_order, fresh_order
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Order
from sandbox.toast.specials import special

_DAYS = 35
_HOUR_MS = 3_600_000


def history(restaurant: Restaurant, anchor_ms: int, count: int) -> Iterator[Order]:
    """Past orders before the anchor, oldest first, then one left open and one for the future."""
    for number in range(count):
        dice = random.Random(f"{restaurant.guid}/{number}")
        opened_ms = _opened_ms(restaurant, anchor_ms, number, count, dice)
        guid = named_guid("history", restaurant.guid, anchor_ms, number)
        change = special(number)
        if change is None:
            yield finished_order(restaurant, guid, str(number + 1), opened_ms, dice)
        else:
            order = fresh_order(restaurant, guid, str(number + 1), opened_ms, dice)
            yield identify(change(order, restaurant, dice))
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
