"""What each restaurant has besides orders: made when asked for, written down as it changes."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Protocol

from sandbox.base.journal import Journal
from sandbox.toast.availability import Availability
from sandbox.toast.body.reference import Json
from sandbox.toast.cash.book import CashBook
from sandbox.toast.configuration.pages import MOST_ON_A_PAGE
from sandbox.toast.configuration.setup import Setup
from sandbox.toast.menu import Dish, dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.stock.shelf import Shelf

Dishes = Callable[[Restaurant], Iterable[Dish]]


class Part(Protocol):
    """Something that changes by changes: the same ones make the same of it again."""

    def apply(self, change: Json) -> Json:
        """Make one change as a whole, or raise and make none."""
        ...


class Premises:
    """One restaurant's menu and configuration, stock, cash and availability."""

    def __init__(self, restaurant: Restaurant, sold: Iterable[Dish]) -> None:
        self.restaurant = restaurant
        self.setup = Setup(restaurant, sold)
        self.stock = Shelf(restaurant, self.setup)
        self.cash = CashBook(restaurant)
        self.availability = Availability(restaurant)

    def part(self, name: str) -> Part:
        """The part that a change is for."""
        parts: dict[str, Part] = {
            "menus": self.setup,
            "configuration": self.setup,
            "stock": self.stock,
            "cash": self.cash,
            "availability": self.availability,
        }
        return parts[name]


class Estate:
    """Everybody's premises; `page_size` is how many configured things a page holds."""

    def __init__(self, journal: Journal | None = None, sold: Dishes = dishes) -> None:
        self._journal = journal
        self._sold = sold
        self._lock = threading.RLock()
        self._premises: dict[str, Premises] = {}
        self._earlier: dict[str, list[Json]] = defaultdict(list)
        self.page_size = MOST_ON_A_PAGE
        for entry in journal.entries() if journal is not None else ():
            self._earlier[entry["restaurant"]].append(entry["change"])

    def of(self, restaurant: Restaurant) -> Premises:
        """A restaurant's premises as they are now."""
        with self._lock:
            found = self._premises.get(restaurant.guid)
            if found is None:
                found = Premises(restaurant, self._sold(restaurant))
                for change in self._earlier.pop(restaurant.guid, []):
                    found.part(change["part"]).apply(change)
                self._premises[restaurant.guid] = found
            return found

    def change(self, restaurant: Restaurant, part: str, at_ms: int, change: Json) -> Json:
        """Make a change, write it down, and give what the part answers.

        Raises:
            ValueError, LookupError: it can't be made; then nothing has happened.
        """
        whole = {**change, "part": part, "at_ms": at_ms}
        with self._lock:
            outcome = self.of(restaurant).part(part).apply(whole)
            if self._journal is not None:
                self._journal.append({"restaurant": restaurant.guid, "change": whole})
        return outcome
