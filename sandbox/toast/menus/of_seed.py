"""The menu of a restaurant whose orders came from a file: what they hold, at the latest price."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.toast.book import OrderBook
from sandbox.toast.menu import Dish, dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.takeaway import SeedOrder


def sold_in(book: OrderBook) -> Callable[[Restaurant], Iterable[Dish]]:
    """Reads the book when a restaurant's menu is first asked for.

    The dishes that the till rings up while it is live are there too.
    """

    def sold(restaurant: Restaurant) -> list[Dish]:
        prices: dict[str, int] = {}
        for held in book.all(restaurant.guid):
            if isinstance(held.source, SeedOrder):
                prices.update({name: cents for name, _quantity, cents in held.source.items})
        rung_up = (dish for dish in dishes(restaurant) if dish.name not in prices)
        return [*(Dish(name, cents, "Menu") for name, cents in prices.items()), *rung_up]

    return sold
