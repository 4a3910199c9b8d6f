"""How much there is of one item. Source: stock API; guide apiStockWebhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.toast.body.reference import Json

# At this many, or fewer, an item is low; it can't be set.
LOW = 5


@dataclass(frozen=True)
class Level:
    """Plenty, none, or a number of it."""

    status: str = "IN_STOCK"
    quantity: float | None = None

    @property
    def event(self) -> str:
        """The webhook event that tells of it."""
        if self.status == "OUT_OF_STOCK":
            return "out_of_stock"
        low = self.quantity is not None and self.quantity <= LOW
        return "low_quantity" if low else "in_stock"

    def less(self, number: float) -> Level:
        """What is left when that many are sold; what isn't counted isn't counted down."""
        if self.quantity is None:
            return self
        return level("QUANTITY", max(0.0, self.quantity - number))


def level(status: Any, quantity: Any) -> Level:
    """A level as it is asked for; none left of a counted item is OUT_OF_STOCK.

    Raises:
        ValueError: no such status, or a quantity that is missing or out of place.
    """
    if status in ("IN_STOCK", "OUT_OF_STOCK"):
        return Level(status)
    if status != "QUANTITY":
        raise ValueError("status must be IN_STOCK, QUANTITY or OUT_OF_STOCK")
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or quantity < 0:
        raise ValueError("QUANTITY needs a quantity from 0")
    return Level("QUANTITY", float(quantity)) if quantity else Level("OUT_OF_STOCK")


def details(article: Json, restaurant_guid: str, level: Level) -> Json:
    """What a webhook message tells; the quantity only of a counted item."""
    counted = {} if level.quantity is None else {"quantity": level.quantity}
    return {
        "itemGuid": article["guid"],
        "restaurantGuid": restaurant_guid,
        "status": level.status,
        **counted,
        "multiLocationId": article["multiLocationId"],
        "versionId": article["guid"],
    }
