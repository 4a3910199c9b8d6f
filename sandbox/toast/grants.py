"""Which locations the client may read, since when, and what became of them.

Source: partners API v1; guide apiPartnersGettingAccessibleRestaurants.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sandbox.base.clock import Clock
from sandbox.toast import times
from sandbox.toast.merchant import Merchant, Restaurant

# The day the locations that were there from the start were connected.
CONNECTED_MS = times.parse_instant("2025-01-06T09:00:00.000+0000")


@dataclass
class Grant:
    """One location's connection; other APIs than the partners API take it from `usable_ms` on.

    `deleted`: the restaurant no longer uses the platform. `group_ref` and `location_ref` are what
    the restaurant entered for the client to know it by.
    """

    created_ms: int = CONNECTED_MS
    modified_ms: int = CONNECTED_MS
    usable_ms: int = 0
    connected: bool = True
    deleted: bool = False
    group_ref: str | None = None
    location_ref: str | None = None


@dataclass
class Kept:
    """What is on disk: the restaurants that were changed, and every grant that was."""

    restaurants: list[Restaurant] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)


_kept = msgspec.json.Decoder(Kept)


class Grants:
    """The connections of a merchant's locations; changes outlive a restart if given a file."""

    def __init__(self, merchant: Merchant, clock: Clock, file: Path | None = None) -> None:
        self._merchant = merchant
        self._clock = clock
        self._file = file
        self._lock = threading.RLock()
        self._grants: dict[str, Grant] = {}
        self._changed: dict[str, Restaurant] = {}
        if file is not None and file.exists():
            self._take(_kept.decode(file.read_bytes()))

    def of(self, restaurant: Restaurant) -> Grant:
        """The connection of a location; one of the first day unless it was changed."""
        return self._grants.get(restaurant.guid) or Grant()

    def connect(self, restaurant: Restaurant, *, delay_s: float, grant: Grant) -> Grant:
        """Let the client read a location, new or once removed, after that many seconds."""
        now_ms = self._clock.now_ms()
        grant.created_ms, grant.usable_ms = now_ms, now_ms + round(delay_s * 1000)
        grant.connected = True
        return self.change(restaurant, grant)

    def disconnect(self, restaurant: Restaurant) -> Grant:
        """Take a location away: it disappears from the lists."""
        grant = self.of(restaurant)
        grant.connected = False
        return self.change(restaurant, grant)

    def change(self, restaurant: Restaurant, grant: Grant) -> Grant:
        """Put a location's facts and its connection in force, as modified now."""
        with self._lock:
            grant.modified_ms = self._clock.now_ms()
            self._merchant.put(restaurant)
            self._grants[restaurant.guid] = grant
            self._changed[restaurant.guid] = restaurant
            self._keep()
        return grant

    def _take(self, kept: Kept) -> None:
        self._grants = kept.grants
        for restaurant in kept.restaurants:
            self._changed[restaurant.guid] = restaurant
            self._merchant.put(restaurant)

    def _keep(self) -> None:
        if self._file is None:
            return
        draft = self._file.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(Kept(list(self._changed.values()), self._grants)))
        draft.replace(self._file)
