"""Makes orders up: what a guest might ask for, and how it might be paid."""

from __future__ import annotations

import random

from sandbox.toast import money
from sandbox.toast.identity import identify
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Charge, Check, Guest, Line, Order, Payment
from sandbox.toast.pricing import price_check

_MINUTE_MS = 60_000

_GUESTS = (
    ("Adaeze", "Okafor", "adaeze.okafor@example.com", "2125550101"),
    ("Tunde", "Balogun", "tunde.balogun@example.com", "2125550102"),
    ("Maria", "Alvarez", "maria.alvarez@example.com", "2125550103"),
    ("Wei", "Chen", "wei.chen@example.com", None),
)


def fresh_order(
    restaurant: Restaurant, guid: str, number: str, opened_ms: int, dice: random.Random
) -> Order:
    """An open, unpaid order of one to five dishes, some with extras."""
    dining = dice.choice(("Dine In", "Dine In", "Take Out", "Delivery"))
    order = Order(
        guid=guid,
        number=number,
        opened_ms=opened_ms,
        modified_ms=opened_ms,
        dining=dining,
        source="In Store" if dining == "Dine In" else "Online",
        guests=dice.randint(1, 4),
        checks=[Check(lines=_lines(restaurant, dice))],
    )
    if dining != "Dine In":
        order.checks[0].guest = guest(dice)
    return identify(order)


def _lines(restaurant: Restaurant, dice: random.Random) -> list[Line]:
    menu = dishes(restaurant)
    chosen = [dice.choice(menu) for _each in range(dice.randint(1, 5))]
    return [dish.line(dice.choice((1, 1, 1, 2, 3)), dice.choice((0, 0, 1, 2))) for dish in chosen]


def guest(dice: random.Random) -> Guest:
    """Somebody with an e-mail address."""
    first, last, email, phone = dice.choice(_GUESTS)
    return Guest(first_name=first, last_name=last, email=email, phone=phone)


def gratuity() -> Charge:
    """What a large party is charged for the staff."""
    return Charge(name="Gratuity 18%", percent=18, gratuity=True)


def delivery_fee(restaurant: Restaurant) -> Charge:
    """A charge that is the restaurant's own income, and taxed."""
    cents = 100_000 if restaurant.currency == "NGN" else 399
    return Charge(name="Delivery Fee", amount_cents=cents, taxable=True)


def settle(order: Order, restaurant: Restaurant, at_ms: int, dice: random.Random) -> Order:
    """Pay every open check in full and close the order, in place."""
    for check in order.checks:
        priced = price_check(check, restaurant)
        rest = priced.due - priced.paid
        if rest > 0 and check.voided_ms is None:
            check.payments.append(tender(rest, at_ms, dice))
    order.closed_ms = at_ms
    order.modified_ms = at_ms
    return identify(order)


def tender(cents: int, at_ms: int, dice: random.Random) -> Payment:
    """A card with or without tip, cash, or a voucher."""
    kind = dice.choice(("card", "card", "card", "cash", "cash", "other"))
    if kind == "cash":
        tendered = -(-cents // 1_000) * 1_000
        return Payment(kind="CASH", amount_cents=cents, at_ms=at_ms, tendered_cents=tendered)
    if kind == "other":
        return Payment(kind="OTHER", amount_cents=cents, at_ms=at_ms, other="Meal Voucher")
    return card(cents, at_ms, tip_cents=money.share(cents, dice.choice((0, 0, 15, 18, 20))))


def card(cents: int, at_ms: int, *, tip_cents: int = 0) -> Payment:
    """A captured card payment."""
    return Payment(
        kind="CREDIT",
        amount_cents=cents,
        tip_cents=tip_cents,
        at_ms=at_ms,
        status="CAPTURED",
        card_type="VISA",
        last4=f"{cents % 10_000:04d}",
    )


def finished_order(
    restaurant: Restaurant, guid: str, number: str, opened_ms: int, dice: random.Random
) -> Order:
    """The same, paid and closed 15 to 70 minutes later."""
    order = fresh_order(restaurant, guid, number, opened_ms, dice)
    if order.dining == "Delivery":
        order.checks[0].charges.append(delivery_fee(restaurant))
    return settle(order, restaurant, opened_ms + dice.randint(15, 70) * _MINUTE_MS, dice)
