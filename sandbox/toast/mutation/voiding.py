"""Striking out an item, a check, an order."""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of, line_of
from sandbox.toast.order import Check, Order


def void_item(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike one line out."""
    line = line_of(check_of(order, details), details)
    line.voided_ms, line.void_reason = at_ms, str(details.get("reason", "Guest changed mind"))


def void_check(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike a whole check out, payments included."""
    _void(check_of(order, details), at_ms)


def void_order(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike the order out."""
    for check in order.checks:
        _void(check, at_ms)
    order.voided_ms = at_ms


def _void(check: Check, at_ms: int) -> None:
    if any(each.refund is not None for each in check.payments):
        raise ValueError("a refunded check can't be voided")
    if any(each.status == "CAPTURED" for each in check.payments):
        raise ValueError("a captured card payment can only be refunded")
    check.voided_ms = at_ms
    for line in check.lines:
        line.voided_ms = line.voided_ms or at_ms
    for payment in check.payments:
        payment.status, payment.voided_ms = "VOIDED", at_ms
