"""Money going back. Source: guide adminRefundPermissionsLimitations."""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation.finding import Details, check_of, payment_of
from sandbox.toast.order import Charge, Line, Order, Payment, Refund
from sandbox.toast.priced import PricedCheck
from sandbox.toast.pricing import price_check

_LATEST_MS = 90 * 86_400_000


def refund(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Give money back: named lines and charges with their tax, a custom amount, or everything."""
    check = check_of(order, details)
    payment = payment_of(check, details)
    _allow(payment, at_ms)
    guid = named_guid(payment.guid, "refund")
    if "amount_cents" in details:
        cents = int(details["amount_cents"])
    else:
        cents = _refund_parts(price_check(check, restaurant), guid, details)
    if not 0 < cents <= payment.amount_cents:
        raise ValueError("a refund is above zero and at most what was paid")
    back = int(details.get("tip_cents", 0))
    if not 0 <= back <= payment.tip_cents:
        raise ValueError("a tip refund is at most the tip")
    payment.refund = Refund(at_ms=at_ms, guid=guid, amount_cents=cents, tip_cents=back)


def _allow(payment: Payment, at_ms: int) -> None:
    if payment.kind == "OTHER" or payment.kind == "HOUSE_ACCOUNT":
        raise ValueError(f"{payment.kind} payments can't be refunded")
    if payment.refund is not None:
        raise ValueError("a payment can be refunded only once")
    if payment.kind == "CREDIT" and at_ms - payment.at_ms > _LATEST_MS:
        raise ValueError("a card payment can be refunded within 90 days")


def _refund_parts(priced: PricedCheck, guid: str, details: Details) -> int:
    """Mark what goes back and keep its figures; what they come to with tax.

    Without `lines` and `charges` everything goes back that hasn't yet.
    """
    lines, charges = details.get("lines"), details.get("charges")
    everything = lines is None and charges is None
    total = 0
    for line in priced.lines:
        if line.line.voided_ms is None and (everything or line.line.guid in (lines or ())):
            total += _mark(line.line, guid, line.price, line.tax)
    for charge in priced.charges:
        if everything or charge.charge.guid in (charges or ()):
            total += _mark(charge.charge, guid, charge.cents, charge.tax)
    return total


def _mark(part: Line | Charge, guid: str, cents: int, tax: int) -> int:
    if part.refund_guid is not None:
        return 0
    part.refund_guid, part.refund_cents, part.refund_tax_cents = guid, cents, tax
    return cents + tax
