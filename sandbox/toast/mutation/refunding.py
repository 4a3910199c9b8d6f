"""Money going back. Source: guide adminRefundPermissionsLimitations."""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation.finding import Details, check_of, payment_of
from sandbox.toast.order import Check, Order, Refund
from sandbox.toast.pricing import price_check


def refund(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Give money back: named lines with their tax, a custom amount, or everything."""
    check = check_of(order, details)
    payment = payment_of(check, details)
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
