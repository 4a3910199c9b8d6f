"""Striking out an item, a payment, a check, an order.

Source: guide adminRefundPermissionsLimitations.
"""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of, line_of, payment_of
from sandbox.toast.order import Check, Order


def void_item(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike one line out."""
    line = line_of(check_of(order, details), details)
    line.voided_ms, line.void_reason = at_ms, str(details.get("reason", "Guest changed mind"))


def void_payment(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike one payment out: what it paid is due again."""
    check = check_of(order, details)
    payment = payment_of(check, details)
    if payment.refund is not None:
        raise ValueError("a refunded payment can't be voided")
    if payment.status == "CAPTURED":
        raise ValueError("a captured card payment can only be refunded")
    payment.status, payment.voided_ms = "VOIDED", at_ms
    payment.void_reason = details.get("reason")
    # What the way of paying had added goes with it.
    for charge in check.charges:
        if charge.payment_guid == payment.guid:
            charge.amount_cents = 0
    order.closed_ms = None


def void_check(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike a whole check out, payments included."""
    _void(check_of(order, details), at_ms, details.get("reason"))


def void_order(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike the order out."""
    for check in order.checks:
        _void(check, at_ms, details.get("reason"))
    order.voided_ms = at_ms


def _void(check: Check, at_ms: int, reason: str | None) -> None:
    if any(each.refund is not None for each in check.payments):
        raise ValueError("a refunded check can't be voided")
    if any(each.status == "CAPTURED" for each in check.payments):
        raise ValueError("a captured card payment can only be refunded")
    check.voided_ms = at_ms
    for line in check.lines:
        if line.voided_ms is None:
            line.voided_ms, line.void_reason = at_ms, reason
    for payment in check.payments:
        if payment.status != "VOIDED":
            payment.status, payment.voided_ms, payment.void_reason = "VOIDED", at_ms, reason
