"""A till that never rests: new orders all the time, each paid a little later."""

from __future__ import annotations

import itertools
import random
import threading

from sandbox.toast.identity import identify
from sandbox.toast.kitchen import fresh_order, settle
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Order
from sandbox.toast.platform import Platform

# How long a live order stays open, in rounds of the till.
_ROUNDS_OPEN = 2


class Till:
    """Every round opens one order and settles the one opened two rounds ago.

    What it has to settle stands in the book, so a till goes on where the one before it stopped.
    """

    def __init__(self, platform: Platform, every_s: float, seed: int = 0) -> None:
        self._platform = platform
        self._every_s = every_s
        self._dice = random.Random(seed)
        self._places = itertools.cycle(platform.merchant.restaurants)
        self._rung = 0
        self._stopping = threading.Event()
        self._loop = threading.Thread(target=self._serve, name="till", daemon=True)

    def start(self) -> None:
        """Begin to trade."""
        self._loop.start()

    def stop(self) -> None:
        """Close; a till that opens on the same book settles what is open."""
        self._stopping.set()
        if self._loop.is_alive():
            self._loop.join()

    def round(self) -> None:
        """Settle what is due and ring up one more."""
        due = self._platform.book.due()
        for held in due[: max(0, len(due) + 1 - _ROUNDS_OPEN)]:
            order = held.order()
            now_ms = max(self._platform.clock.now_ms(), order.modified_ms + 1)
            self._tell(settle(order, held.restaurant, now_ms, self._dice), held.restaurant)
        restaurant = next(self._places)
        order = new_order(self._platform, restaurant, self._dice, self._rung)
        self._rung += 1
        self._tell(order, restaurant, due=True)

    def _tell(self, order: Order, restaurant: Restaurant, *, due: bool = False) -> None:
        held = self._platform.book.save(order, restaurant, due=due)
        self._platform.webhooks.announce(held)

    def _serve(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.round()


def new_order(
    platform: Platform, restaurant: Restaurant, dice: random.Random, rung: int | str
) -> Order:
    """An open order as of now; its guid follows from the instant and from what came before."""
    now_ms = platform.clock.now_ms()
    guid = named_guid("live", restaurant.guid, now_ms, rung, len(platform.book))
    # Display numbers start over, as on a real till: they are not unique.
    number = str(now_ms // 1000 % 1000)
    return identify(fresh_order(restaurant, guid, number, now_ms, dice))
