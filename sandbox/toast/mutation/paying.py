"""Money coming in."""

from __future__ import annotations

import random

import msgspec

from sandbox.toast.kitchen import settle
from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.finding import Details, check_of, payment_of
from sandbox.toast.order import Order, Payment
from sandbox.toast.pricing import price_check


def pay(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Pay with a given payment, or settle everything that is due."""
    given = details.get("payment")
    if given is not None:
        payment = msgspec.convert({"at_ms": at_ms, **given}, Payment)
        check_of(order, details).payments.append(payment)
    else:
        settle(order, restaurant, at_ms, random.Random(order.guid))
    priced = [price_check(check, restaurant) for check in order.checks]
    if all(each.paid >= each.due for each in priced):
        order.closed_ms = at_ms


def tip(order: Order, restaurant: Restaurant, at_ms: int, details: Details) -> None:
    """Replace the tip on a payment."""
    payment_of(check_of(order, details), details).tip_cents = int(details["tip_cents"])
