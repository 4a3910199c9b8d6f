"""What an order is: open again, deleted, somebody's, promised for later."""

from __future__ import annotations

import msgspec

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of
from sandbox.toast.order import Guest, Order


def reopen(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Open a closed order again; its payments stay, so it is due what is added to it."""
    order.closed_ms = None
    for check in order.checks:
        for payment in check.payments:
            if payment.kind == "CREDIT" and payment.status == "CAPTURED":
                payment.status = "AUTHORIZED"


def delete(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Delete the order, as when its check is moved to another."""
    order.deleted_ms = at_ms
    for check in order.checks:
        check.deleted_ms = at_ms


def set_guest(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Say who the check is for."""
    check_of(order, details).guest = msgspec.convert(details["guest"], Guest)


def promise(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Schedule the order for an instant."""
    order.promised_ms = int(details["promised_ms"])
