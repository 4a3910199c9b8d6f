"""Ringing up more, and taking something off."""

from __future__ import annotations

import msgspec

from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of, line_of
from sandbox.toast.order import Charge, Discount, Line, Order


def add_item(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Ring up one more: a given line, or the first dish of the menu."""
    given = details.get("item")
    line = dishes(restaurant)[0].line() if given is None else msgspec.convert(given, Line)
    check_of(order, details).lines.append(line)
    order.closed_ms = None


def discount(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Take something off a check, or off one line when `line` names it."""
    check = check_of(order, details)
    name = str(details.get("name", "Manager Discount"))
    cents, percent = int(details.get("amount_cents", 0)), details.get("percent")
    if percent is None and not cents:
        percent = 10
    target = line_of(check, details).discounts if "line" in details else check.discounts
    target.append(Discount(name=name, percent=percent, amount_cents=cents))


def add_charge(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Add a service charge to a check."""
    check_of(order, details).charges.append(msgspec.convert(details["charge"], Charge))
    order.closed_ms = None
