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
        """Set levels, all of them or none; the guids of those to tell of are in the answer.

        Shape: `levels` of the change is a list of [item guid, status, quantity]. Of what was
        `sold` there is something to tell only once it is low, and once it is gone.
        """
        wanted = [(guid, level(status, left)) for guid, status, left in change["levels"]]
        sold = bool(change.get("sold"))
        moved = [guid for guid, new in wanted if self._moves(self.level(guid), new, sold=sold)]
        self._levels = {**self._levels, **dict(wanted)}
        return {"moved": moved}

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

    @staticmethod
    def _moves(old: Level, new: Level, *, sold: bool) -> bool:
        return old.event != new.event if sold else old != new

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
