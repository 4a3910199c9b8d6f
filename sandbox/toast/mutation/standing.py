"""What an order is: open again, deleted, somebody's, at another table, free of tax."""

from __future__ import annotations

import msgspec

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of
from sandbox.toast.order import Check, Guest, Order


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


def restate(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Change facts of the order, or of one check: `order` and `facts`, keys as in `order.py`."""
    _overwrite(order, details.get("order") or {})
    _overwrite(check_of(order, details), details.get("facts") or {})


def _overwrite(part: Order | Check, changes: Details) -> None:
    kept = {"guid", "checks", "lines", "payments", "modified_ms"} & set(changes)
    unknown = set(changes) - set(part.__struct_fields__)
    if kept or unknown:
        raise ValueError(f"can't be set: {', '.join(sorted(kept | unknown))}")
    # Through JSON's own types, so that a wrong one is refused with its place.
    after = msgspec.convert({**msgspec.to_builtins(part), **changes}, type(part))
    for name in changes:
        setattr(part, name, getattr(after, name))
