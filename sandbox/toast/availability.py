"""Whether a restaurant takes online orders. Source: restaurant availability API 1.0.1."""

from __future__ import annotations

from sandbox.toast.body.reference import Json
from sandbox.toast.merchant import Restaurant

_REASONS = {
    "ONLINE": "The restaurant is accepting online orders",
    "OFFLINE": "The restaurant's auto-fire device is offline",
}


class Availability:
    """The state of one restaurant: online until told otherwise."""

    def __init__(self, restaurant: Restaurant) -> None:
        self._restaurant = restaurant
        self._status = "ONLINE"
        self._reason = _REASONS["ONLINE"]

    def apply(self, change: Json) -> Json:
        """Go online or offline; the answer is how the API shows it.

        Raises:
            ValueError: neither of the two.
        """
        status = change.get("status")
        if status not in _REASONS:
            raise ValueError("status must be ONLINE or OFFLINE")
        self._status = str(status)
        self._reason = str(change.get("reason") or _REASONS[self._status])
        return self.body()

    def body(self) -> Json:
        """The state as the API shows it."""
        return {
            "restaurantGuid": self._restaurant.guid,
            "status": self._status,
            "reasonKey": f"AVAILABILITY_{self._status}",
            "reason": self._reason,
        }
