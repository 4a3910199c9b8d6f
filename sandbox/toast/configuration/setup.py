"""What a restaurant has published: its card, its configured things, and how often it published.

A change is published as it is made. It either goes through as a whole or not at all, and readers
see the publication before it or the one after.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sandbox.toast.body.reference import Json, local
from sandbox.toast.configuration.change import changed_things
from sandbox.toast.configuration.of_the_menu import Listed, listed
from sandbox.toast.configuration.opening import opening_things
from sandbox.toast.configuration.resource import OF_THE_MENU, RESOURCES
from sandbox.toast.menu import Dish
from sandbox.toast.menus.body import menus_json
from sandbox.toast.menus.card import OPENED_MS, Card
from sandbox.toast.menus.change import changed
from sandbox.toast.menus.opening import opening_card
from sandbox.toast.merchant import Restaurant


class Setup:
    """The card and the things of one restaurant; `menus_ms` is None while no menu is published."""

    def __init__(self, restaurant: Restaurant, dishes: Iterable[Dish]) -> None:
        self._restaurant = restaurant
        self.card: Card = opening_card(dishes)
        self.things = opening_things(restaurant)
        self.tips: Json = {"enabled": False, "percentage": 0.0}
        self.publication = 1
        self.menus_ms: int | None = OPENED_MS
        # The publication it was made of, and the body.
        self._menus: tuple[int, bytes] = (0, b"")

    def apply(self, change: Json) -> Json:
        """Publish one change; `at_ms` in it says when.

        Raises:
            ValueError, LookupError: it can't be made; then nothing is published.
        """
        at_ms = int(change["at_ms"])
        if change["part"] == "menus":
            self._publish_menus(change, at_ms)
        elif change["resource"] == "tipWithholding":
            self._withhold(change)
        else:
            self.things = changed_things(self.things, self._restaurant, change, at_ms)
            # The one thing configured here whose name menus show.
            if change["resource"] == "salesCategories" and self.menus_ms is not None:
                self.menus_ms = at_ms
        # Last, so that whoever read the number before can't take what it reads for this one.
        self.publication += 1
        return {"publication": self.publication}

    def menus_body(self) -> bytes | None:
        """The menus API's answer, None while nothing is published; made once a publication."""
        publication, published_ms = self.publication, self.menus_ms
        if published_ms is None:
            return None
        made_of, made = self._menus
        if made_of == publication:
            return made
        food = local(self._restaurant, "SalesCategory", "Food")["guid"]
        known = self.things["salesCategories"].get(food)
        name = "Food" if known is None else known.name
        made = msgspec.json.encode(menus_json(self.card, self._restaurant, published_ms, name))
        self._menus = (publication, made)
        return made

    def listed(self, kind: str) -> list[Listed]:
        """Everything of one kind with the instant of its last change.

        Raises:
            LookupError: there is no such kind.
        """
        if kind in OF_THE_MENU:
            card = self.card if self.menus_ms is not None else Card(menus=[], option_groups={})
            return listed(kind, card, self._restaurant)
        if kind not in RESOURCES:
            raise LookupError(f"no configuration resource {kind}")
        return [
            (each.modified_ms, each.body(RESOURCES[kind])) for each in self.things[kind].values()
        ]

    def tip_withholding(self) -> Json:
        """What is kept of card tips."""
        reference = local(self._restaurant, "TipWithholding", "tip withholding")
        return {"guid": reference["guid"], "entityType": "TipWithholding", **self.tips}

    def _publish_menus(self, change: Json, at_ms: int) -> None:
        if change.get("withdraw"):
            self.menus_ms = None
            return
        self.card = changed(self.card, self._restaurant, change.get("changes", []), at_ms)
        self.menus_ms = at_ms

    def _withhold(self, change: Json) -> None:
        fields = change.get("fields", {})
        if set(fields) - set(self.tips):
            raise ValueError(f"tipWithholding has {', '.join(self.tips)}")
        self.tips = {**self.tips, **fields}
