"""The end of a business day. Source: guide apiRestaurantBusinessDate."""

from __future__ import annotations

from sandbox.toast.body.order import awaited, business_date
from sandbox.toast.book import OrderBook
from sandbox.toast.held import Held
from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.paying import reckon
from sandbox.toast.order import Order


def close_out(book: OrderBook, restaurant: Restaurant, at_ms: int, day: int) -> list[Held]:
    """Capture the cards of that day and of those before, and close what they paid.

    Effects: saves the orders that it changed, and gives them back; unpaid ones stay open. Orders
    promised for a day that has ended are no longer for the future.
    """
    changed = []
    for held in book.all(restaurant.guid):
        if not held.unfinished:
            continue
        order = held.order()
        captured, due = _capture(order, restaurant, day), _came(order, restaurant, at_ms, day)
        if captured or due:
            order.modified_ms = max(at_ms, order.modified_ms + 1)
            if captured:
                reckon(order, restaurant, at_ms)
            changed.append(book.save(order, restaurant))
    return changed


def _capture(order: Order, restaurant: Restaurant, day: int) -> bool:
    waiting = [
        each
        for check in order.checks
        for each in check.payments
        if each.status == "AUTHORIZED" and restaurant.business_date(each.at_ms) <= day
    ]
    for each in waiting:
        each.status = "CAPTURED"
    return bool(waiting)


def _came(order: Order, restaurant: Restaurant, at_ms: int, day: int) -> bool:
    """Whether the hour that the order was promised for has come since it was last touched."""
    came = awaited(order) and (order.promised_ms or 0) <= at_ms
    if came and order.approval == "FUTURE":
        order.approval = None
    return came and business_date(order, restaurant) <= day
