"""What can happen to an order after it was rung up; each changes it in place.

Source: guide platformOrdersReopening, adminRefundPermissionsLimitations, apiOrdersErrors.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec

from sandbox.toast.identity import identify
from sandbox.toast.kitchen import settle
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Check, Discount, Guest, Line, Order, Payment, Refund
from sandbox.toast.pricing import price_check

Details = dict[str, Any]
Mutation = Callable[[Order, Restaurant, int, Details], None]


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


def _check(order: Order, details: Details) -> Check:
    try:
        return order.checks[int(details.get("check", 0))]
    except IndexError as error:
        raise ValueError("no such check") from error


def _line(check: Check, details: Details) -> Line:
    """The line of a guid, else the first that isn't voided."""
    for line in check.lines:
        if details.get("line", line.guid) == line.guid and line.voided_ms is None:
            return line
    raise ValueError("no such live line")


def add_item(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Ring up one more: a given line, or the first dish of the menu."""
    given = details.get("item")
    line = dishes(restaurant)[0].line() if given is None else msgspec.convert(given, Line)
    _check(order, details).lines.append(line)
    order.closed_ms = None


def discount(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Take something off a check, or off one line when `line` names it."""
    check = _check(order, details)
    name = str(details.get("name", "Manager Discount"))
    cents, percent = int(details.get("amount_cents", 0)), details.get("percent")
    if percent is None and not cents:
        percent = 10
    target = _line(check, details).discounts if "line" in details else check.discounts
    target.append(Discount(name=name, percent=percent, amount_cents=cents))


def void_item(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike one line out."""
    line = _line(_check(order, details), details)
    line.voided_ms, line.void_reason = at_ms, str(details.get("reason", "Guest changed mind"))


def void_check(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike a whole check out, payments included."""
    _void(_check(order, details), at_ms)


def void_order(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Strike the order out."""
    for check in order.checks:
        _void(check, at_ms)
    order.voided_ms = at_ms


def _void(check: Check, at_ms: int) -> None:
    if any(each.refund is not None for each in check.payments):
        raise ValueError("a refunded check can't be voided")
    check.voided_ms = at_ms
    for line in check.lines:
        line.voided_ms = line.voided_ms or at_ms
    for payment in check.payments:
        payment.status, payment.voided_ms = "VOIDED", at_ms


def pay(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Pay with a given payment, or settle everything that is due."""
    given = details.get("payment")
    if given is not None:
        payment = msgspec.convert({"at_ms": at_ms, **given}, Payment)
        _check(order, details).payments.append(payment)
    else:
        settle(order, restaurant, at_ms, random.Random(order.guid))
    priced = [price_check(check, restaurant) for check in order.checks]
    if all(each.paid >= each.due for each in priced):
        order.closed_ms = at_ms


def tip(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Replace the tip on a payment."""
    _payment(_check(order, details), details).tip_cents = int(details["tip_cents"])


def refund(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Give money back: named lines with their tax, a custom amount, or everything."""
    check = _check(order, details)
    payment = _payment(check, details)
    if payment.kind == "OTHER" or payment.kind == "HOUSE_ACCOUNT":
        raise ValueError(f"{payment.kind} payments can't be refunded")
    if payment.refund is not None:
        raise ValueError("a payment can be refunded only once")
    guid = named_guid(payment.guid, "refund")
    if "amount_cents" in details:
        cents = int(details["amount_cents"])
    else:
        cents = _refund_lines(check, restaurant, guid, details.get("lines"))
    if not 0 < cents <= payment.amount_cents:
        raise ValueError("a refund is above zero and at most what was paid")
    back = int(details.get("tip_cents", 0))
    payment.refund = Refund(at_ms=at_ms, guid=guid, amount_cents=cents, tip_cents=back)


def _refund_lines(check: Check, restaurant: Restaurant, guid: str, wanted: list[str] | None) -> int:
    """Mark the lines, and the charges too when all go back; what they come to with tax."""
    priced = price_check(check, restaurant)
    total = 0
    for each in priced.lines:
        if each.line.voided_ms is None and (wanted is None or each.line.guid in wanted):
            each.line.refund_guid = guid
            total += each.price + each.tax
    for charge in priced.charges if wanted is None else []:
        charge.charge.refund_guid = guid
        total += charge.cents + charge.tax
    return total


def _payment(check: Check, details: Details) -> Payment:
    for payment in check.payments:
        wanted = details.get("payment", payment.guid)
        if wanted == payment.guid and payment.status != "VOIDED":
            return payment
    raise ValueError("no such live payment")


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
    _check(order, details).guest = msgspec.convert(details["guest"], Guest)


def promise(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Schedule the order for an instant."""
    order.promised_ms = int(details["promised_ms"])


MUTATIONS: dict[str, Mutation] = {
    "add_item": add_item,
    "discount": discount,
    "void_item": void_item,
    "void_check": void_check,
    "void_order": void_order,
    "pay": pay,
    "tip": tip,
    "refund": refund,
    "reopen": reopen,
    "delete": delete,
    "guest": set_guest,
    "promise": promise,
}
