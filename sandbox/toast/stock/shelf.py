"""The stock of one restaurant: a level for each item that isn't simply in stock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox.toast.body.reference import Json, configured
from sandbox.toast.configuration.setup import Setup
from sandbox.toast.merchant import Restaurant
from sandbox.toast.stock.level import Level, level

# How the missing one of two ids is shown.
_NO_ID = "null"


class Shelf:
    """Levels by item guid; what there is no level for is in stock."""

    def __init__(self, restaurant: Restaurant, setup: Setup) -> None:
        self._restaurant = restaurant
        self._setup = setup
        self._levels: dict[str, Level] = {}

    def apply(self, change: Json) -> Json:
        """Set levels, all of them or none, or count some down; the answer is what to tell of.

        Shape: `levels` of the change is a list of [item guid, status, quantity], `sold` one of
        [item guid, number]; `moved` of the answer is like `levels`. Of what was sold there is
        something to tell only once it is low, and once it is gone.
        """
        sold = change.get("sold", [])
        wanted = {guid: level(status, left) for guid, status, left in change.get("levels", [])}
        wanted |= {guid: self.level(guid).less(number) for guid, number in sold}
        moved = {
            guid: new
            for guid, new in wanted.items()
            if (self.level(guid).event != new.event if sold else self.level(guid) != new)
        }
        self._levels = {**self._levels, **wanted}
        return {"moved": [[guid, new.status, new.quantity] for guid, new in moved.items()]}

    def level(self, guid: str) -> Level:
        """How much there is of an item."""
        return self._levels.get(guid, Level())

    def find(self, which: object) -> Json | None:
        """The reference of an item or modifier on the menu, by guid, name or id everywhere."""
        for name, reference in self._articles():
            if which in (reference["guid"], reference["multiLocationId"], name):
                return reference
        return None

    def inventory(self, statuses: Iterable[str]) -> list[Json]:
        """All items at one of these levels, in the order of the menu."""
        references = {each["guid"]: each for _name, each in self._articles()}
        return [
            self.shown(each)
            for each in references.values()
            if self.level(each["guid"]).status in statuses
        ]

    def shown(self, reference: Json) -> Json:
        """One item as the stock API shows it."""
        now = self.level(reference["guid"])
        return {
            "guid": reference["guid"],
            "itemGuidValidity": "VALID",
            "status": now.status,
            "quantity": now.quantity,
            "multiLocationId": reference["multiLocationId"],
            "versionId": reference["guid"],
        }

    def _articles(self) -> Iterator[tuple[str, Json]]:
        for article in self._setup.card.articles():
            yield article.name, configured(self._restaurant, "MenuItem", article.key)


def unknown(guid: str | None, multi_location_id: str | None) -> Json:
    """What is shown for an id that nothing on the menu has."""
    return {
        "guid": guid or _NO_ID,
        "itemGuidValidity": "INVALID",
        "status": "OUT_OF_STOCK",
        "quantity": None,
        "multiLocationId": multi_location_id or _NO_ID,
        "versionId": None,
    }
