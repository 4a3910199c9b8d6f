"""Finds the part of an order that a mutation speaks of."""

from __future__ import annotations

from typing import Any

from sandbox.toast.order import Check, Line, Order, Payment

Details = dict[str, Any]


def check_of(order: Order, details: Details) -> Check:
    """The check of that place, the first unless told."""
    try:
        return order.checks[int(details.get("check", 0))]
    except IndexError as error:
        raise ValueError("no such check") from error


def line_of(check: Check, details: Details) -> Line:
    """The line of a guid, else the first that isn't voided."""
    for line in check.lines:
        if details.get("line", line.guid) == line.guid and line.voided_ms is None:
            return line
    raise ValueError("no such live line")


def payment_of(check: Check, details: Details) -> Payment:
    """The payment of a guid, else the first that isn't voided."""
    for payment in check.payments:
        wanted = details.get("payment", payment.guid)
        if wanted == payment.guid and payment.status != "VOIDED":
            return payment
    raise ValueError("no such live payment")
