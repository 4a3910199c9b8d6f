"""Payments by the business day they were made, given back or voided on.

Source: orders API, GET /payments; change log of 2025-10-14 (voids by business date).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sandbox.toast.book import OrderBook
from sandbox.toast.held import Held
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Payment

Days = dict[str, int | None]


@dataclass
class PaymentIndex:
    """What each order's payments fall on, looked at anew when the order has changed."""

    book: OrderBook
    _read: dict[str, tuple[Held, dict[str, Days]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of_day(self, restaurant_guid: str, event: str, day: int) -> list[str]:
        """Guids of the payments whose `paid`, `refund` or `void` fell on that day, sorted."""
        payments = (self._days(held) for held in self.book.all(restaurant_guid))
        return sorted(
            guid for found in payments for guid, days in found.items() if days[event] == day
        )

    def find(self, restaurant_guid: str, guid: str) -> dict[str, Any] | None:
        """The body of one payment."""
        for held in self.book.all(restaurant_guid):
            if guid in self._days(held):
                return next(each for each in _bodies(held) if each.get("guid") == guid)
        return None

    def _days(self, held: Held) -> dict[str, Days]:
        with self._lock:
            known = self._read.get(held.guid)
            if known is None or known[0] is not held:
                known = self._read[held.guid] = (held, _days_of(held))
            return known[1]


def _days_of(held: Held) -> dict[str, Days]:
    if held.source is None:
        return {str(each.get("guid")): _told(each) for each in _bodies(held)}
    payments = (each for check in held.order().checks for each in check.payments)
    return {each.guid: _reckoned(each, held.restaurant) for each in payments}


def _bodies(held: Held) -> list[dict[str, Any]]:
    order = msgspec.json.decode(held.body())
    checks = order.get("checks") or []
    return [payment for check in checks for payment in check.get("payments") or []]


def _told(body: dict[str, Any]) -> Days:
    return {
        "paid": body.get("paidBusinessDate"),
        "refund": (body.get("refund") or {}).get("refundBusinessDate"),
        "void": (body.get("voidInfo") or {}).get("voidBusinessDate"),
    }


def _reckoned(payment: Payment, restaurant: Restaurant) -> Days:
    refund, voided_ms = payment.refund, payment.voided_ms
    return {
        "paid": restaurant.business_date(payment.at_ms),
        "refund": None if refund is None else restaurant.business_date(refund.at_ms),
        "void": None if voided_ms is None else restaurant.business_date(voided_ms),
    }
