"""Money coming in. Source: guide apiUpdatingTipsInAPayment; orders API, serviceChargeCategory."""

from __future__ import annotations

import random

import msgspec

from sandbox.toast import money
from sandbox.toast.kitchen import settle
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.mutation.finding import Details, check_of, payment_of
from sandbox.toast.order import Charge, Check, Order, Payment
from sandbox.toast.pricing import price_check


def pay(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Pay with a given payment, or settle everything that is due.

    A payment without an amount brings what is due. `surcharge_percent` is added for a card,
    `round_to_cents` rounds what is due in cash.
    """
    given = details.get("payment")
    if given is not None:
        _tender(check_of(order, details), restaurant, at_ms, details)
    else:
        settle(order, restaurant, at_ms, random.Random(order.guid))
    reckon(order, restaurant, at_ms)


def reckon(order: Order, restaurant: Restaurant, at_ms: int) -> None:
    """Close the order if everything is paid; a card that waits to be captured keeps it open."""
    priced = [price_check(check, restaurant) for check in order.checks]
    waiting = any(each.status == "AUTHORIZED" for one in order.checks for each in one.payments)
    if all(each.paid >= each.due for each in priced):
        order.closed_ms = None if waiting else at_ms


def tip(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Replace the tip on a card that isn't captured yet, or on a payment of another kind."""
    payment = payment_of(check_of(order, details), details)
    card = payment.kind == "CREDIT" and payment.status == "AUTHORIZED"
    if not card and payment.kind != "OTHER":
        raise ValueError("a tip can be changed on an AUTHORIZED card or an OTHER payment only")
    payment.tip_cents = int(details["tip_cents"])


def _tender(check: Check, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    priced = price_check(check, restaurant)
    rest = max(0, priced.due - priced.paid)
    guid = named_guid(check.guid, "payment", len(check.payments))
    given = {"at_ms": at_ms, "amount_cents": rest, "guid": guid, **details["payment"]}
    payment = msgspec.convert(given, Payment)
    for charge in _extra(payment, details):
        check.charges.append(charge)
        payment.amount_cents += charge.amount_cents
    check.payments.append(payment)


def _extra(payment: Payment, details: Details) -> list[Charge]:
    """What the way of paying itself adds to the check."""
    if "surcharge_percent" in details:
        cents = money.share(payment.amount_cents, float(details["surcharge_percent"]))
        return [_charge("Card Surcharge", "CREDIT_CARD_SURCHARGE", cents, payment)]
    if "round_to_cents" in details:
        step = int(details["round_to_cents"])
        rounded = (payment.amount_cents + step // 2) // step * step
        cents = rounded - payment.amount_cents
        return [_charge("Cash Rounding", "CASH_ROUNDING", cents, payment)] if cents else []
    return []


def _charge(name: str, category: str, cents: int, payment: Payment) -> Charge:
    return Charge(
        guid=named_guid(payment.guid, category),
        name=name,
        category=category,
        amount_cents=cents,
        payment_guid=payment.guid,
        kind="OPEN",
    )
