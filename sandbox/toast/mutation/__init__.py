"""What can happen to an order after it was rung up; each changes it in place.

Source: guide platformOrdersReopening, adminRefundPermissionsLimitations, apiOrdersErrors.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.toast.identity import identify
from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation import deferring, paying, refunding, selling, standing, voiding
from sandbox.toast.mutation.finding import Details
from sandbox.toast.order import Order

Mutation = Callable[[Order, Restaurant, int, Details], None]

MUTATIONS: dict[str, Mutation] = {
    "add_item": selling.add_item,
    "discount": selling.discount,
    "void_item": voiding.void_item,
    "void_check": voiding.void_check,
    "void_order": voiding.void_order,
    "pay": paying.pay,
    "tip": paying.tip,
    "refund": refunding.refund,
    "reopen": standing.reopen,
    "delete": standing.delete,
    "guest": standing.set_guest,
    "promise": deferring.promise,
    "approve": deferring.approve,
    "sell_card": deferring.sell_card,
    "pay_balance": deferring.pay_balance,
    "charge": selling.add_charge,
    "void_payment": voiding.void_payment,
    "restate": standing.restate,
}


def mutate(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> Order:
    """Apply one mutation, named by `do`; the order counts as modified at that instant.

    Raises:
        ValueError: no such mutation, or one that Toast wouldn't allow.
    """
    kind = details.get("do")
    if kind not in MUTATIONS:
        raise ValueError(f"do must be one of {', '.join(MUTATIONS)}")
    before_ms = order.modified_ms
    MUTATIONS[kind](order, restaurant, at_ms, details)
    # Never earlier, never the same: a later state must be told from an earlier one.
    order.modified_ms = max(at_ms, before_ms + 1)
    return identify(order)
