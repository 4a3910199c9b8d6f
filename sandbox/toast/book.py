"""The order book: every order of the merchant, found by guid, by change and by day."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from typing import Any

import msgspec

from sandbox.base.journal import Journal
from sandbox.toast.held import Held, hold, hold_body
from sandbox.toast.merchant import Merchant, Restaurant
from sandbox.toast.order import Order

Totals = dict[str, Any]


class OrderBook:
    """Orders in memory; those made or changed after the start are also in the journal."""

    def __init__(self, merchant: Merchant, journal: Journal | None = None) -> None:
        self._merchant = merchant
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._orders: dict[str, Held] = {}
        self._changes: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._days: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._external: dict[tuple[str, str], str] = {}
        # In the order in which they were opened.
        self._due: dict[str, None] = {}
        self._to_write = journal

    def open_journal(self) -> None:
        """Take in what earlier runs wrote, then write down every change from here on."""
        if self._to_write is None:
            return
        for entry in self._to_write.entries():
            self._replay(entry)
        self._journal = self._to_write

    def put(self, held: Held) -> None:
        """Add an order, or replace the one with its guid, without writing it down."""
        with self._lock:
            before = self._orders.get(held.guid)
            if before is not None:
                self._unlist(before)
            self._orders[held.guid] = held
            insort(self._changes[held.restaurant.guid], (held.modified_ms, held.guid))
            self._days[held.restaurant.guid, held.business_date].add(held.guid)
            if held.external_id is not None:
                self._external[held.restaurant.guid, held.external_id] = held.guid

    def present(self, restaurant: Restaurant) -> Restaurant:
        """A restaurant as it is now: an order may know an earlier name, zone or hour of it."""
        return self._merchant.restaurant(restaurant.guid) or restaurant

    def save(self, order: Order, restaurant: Restaurant, *, due: bool = False) -> Held:
        """Add or replace an order and write it down.

        One that is `due` is the till's to settle, whatever else happens to it, until it is closed.
        """
        held = hold(order, self.present(restaurant))
        entry = {"restaurant": restaurant.guid, "order": msgspec.to_builtins(order)}
        with self._lock:
            self.put(held)
            if self._mark(order, due=due or order.guid in self._due):
                entry["due"] = True
        self._write(entry)
        return held

    def save_body(self, body: dict[str, Any], restaurant: Restaurant) -> Held:
        """Add or replace a finished body and write it down."""
        held = hold_body(body, restaurant)
        with self._lock:
            self.put(held)
            self._due.pop(held.guid, None)
        self._write({"restaurant": restaurant.guid, "body": body})
        return held

    def __len__(self) -> int:
        """How many orders there are."""
        return len(self._orders)

    def get(self, guid: str) -> Held | None:
        """The order of that guid."""
        return self._orders.get(guid)

    def changed(self, restaurant_guid: str, start_ms: int, end_ms: int) -> list[Held]:
        """Orders last modified within [start, end), by guid: not in order of any date."""
        with self._lock:
            changes = self._changes[restaurant_guid]
            first = bisect_left(changes, (start_ms, ""))
            last = bisect_left(changes, (end_ms, ""))
            guids = sorted(guid for _at, guid in changes[first:last])
            return [self._orders[guid] for guid in guids]

    def of_day(self, restaurant_guid: str, business_date: int) -> list[Held]:
        """Orders of that business date, by guid."""
        with self._lock:
            guids = sorted(self._days.get((restaurant_guid, business_date), ()))
            return [self._orders[guid] for guid in guids]

    def named(self, restaurant_guid: str, external_id: str) -> Held | None:
        """The order that a client of the restaurant knows by an id of its own."""
        with self._lock:
            guid = self._external.get((restaurant_guid, external_id))
            return None if guid is None else self._orders[guid]

    def all(self, restaurant_guid: str | None = None) -> list[Held]:
        """Every order, of one restaurant or of all, oldest change first."""
        with self._lock:
            places = [restaurant_guid] if restaurant_guid else list(self._changes)
            changes = sorted(change for place in places for change in self._changes[place])
            return [self._orders[guid] for _at, guid in changes]

    def due(self) -> list[Held]:
        """Orders that the till is to settle, those opened first before the others."""
        with self._lock:
            return [self._orders[guid] for guid in self._due]

    def totals(self, restaurant: Restaurant) -> Totals:
        """Orders, top-level lines and the sum of quantity x receiptLinePrice over all of them."""
        held = self.all(restaurant.guid)
        cents = sum(each.gross_cents for each in held)
        return {
            "guid": restaurant.guid,
            "name": restaurant.name,
            "currency": restaurant.currency,
            "orders": len(held),
            "lines": sum(each.lines for each in held),
            "gross": f"{cents // 100}.{cents % 100:02d}",
        }

    def _mark(self, order: Order, *, due: bool) -> bool:
        """Note whether the till is to settle an order: never one that is over."""
        over = (order.closed_ms, order.voided_ms, order.deleted_ms) != (None, None, None)
        if due and not over:
            self._due[order.guid] = None
        else:
            self._due.pop(order.guid, None)
        return order.guid in self._due

    def _unlist(self, held: Held) -> None:
        changes = self._changes[held.restaurant.guid]
        del changes[bisect_left(changes, (held.modified_ms, held.guid))]
        self._days[held.restaurant.guid, held.business_date].discard(held.guid)
        if held.external_id is not None:
            self._external.pop((held.restaurant.guid, held.external_id), None)

    def _write(self, entry: dict[str, Any]) -> None:
        if self._journal is not None:
            self._journal.append(entry)

    def _replay(self, entry: dict[str, Any]) -> None:
        restaurant = self._merchant.restaurant(entry["restaurant"])
        if restaurant is None:
            return
        if "body" in entry:
            held = hold_body(entry["body"], restaurant)
            self._due.pop(held.guid, None)
        else:
            order = msgspec.convert(entry["order"], Order)
            held = hold(order, restaurant)
            self._mark(order, due=entry.get("due", False))
        self.put(held)
