"""Money taken for what comes later: gift cards, house accounts, orders promised ahead.

Source: orders API, selectionType and approvalStatus; guide apiOrdersNetSalesCalculation.
"""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of
from sandbox.toast.order import Line, Order

_STATUSES = ("NEEDS_APPROVAL", "APPROVED", "FUTURE", "NOT_APPROVED")


def sell_card(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Sell a gift card, or load one."""
    kind = "TOAST_CARD_RELOAD" if details.get("reload") else "TOAST_CARD_SELL"
    _add(order, details, "Gift Card", kind)


def pay_balance(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Take money for what a house account owes."""
    _add(order, details, str(details.get("account", "House account")), "HOUSE_ACCOUNT_PAY_BALANCE")


def promise(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Schedule the order for an instant."""
    order.promised_ms = int(details["promised_ms"])


def approve(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Say whether the restaurant takes the order; firing a future one approves it."""
    status = str(details.get("status", "APPROVED"))
    if status not in _STATUSES:
        raise ValueError(f"status must be one of {', '.join(_STATUSES)}")
    order.approval = status


def _add(order: Order, details: Details, name: str, kind: str) -> None:
    cents = int(details["cents"])
    line = Line(name=name, price_cents=cents, selection_type=kind, deferred=True, taxes=[])
    check_of(order, details).lines.append(line)
    order.closed_ms = None
