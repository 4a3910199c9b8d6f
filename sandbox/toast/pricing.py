"""The figures of a check, worked out in whole cents.

Source: orders API, Check, Selection, AppliedServiceCharge; guide apiOrderPrices. What those leave
open is decided in the README.
"""

from __future__ import annotations

from sandbox.toast import money
from sandbox.toast.merchant import Restaurant, TaxRate
from sandbox.toast.order import Charge, Check, Discount, Line
from sandbox.toast.priced import (
    AppliedTax,
    PricedCharge,
    PricedCheck,
    PricedDiscount,
    PricedLine,
    in_proportion,
)

# Not a sale yet: it is one when the card, or the account, is used.
MONEY_FOR_LATER = frozenset({"TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE"})


def modifier_cents(line: Line, times: float = 1) -> int:
    """What the modifiers of a line come to, all levels, for that many of the line."""
    return sum(pre_discount_cents(each, each.quantity * times) for each in line.modifiers)


def pre_discount_cents(line: Line, quantity: float) -> int:
    """A line with its modifiers at full price."""
    return money.times(line.price_cents, quantity) + modifier_cents(line, quantity)


def price_check(check: Check, restaurant: Restaurant) -> PricedCheck:
    """Work out a check: item discounts, check discounts spread over items, tax, charges."""
    lines = [_price_line(line, check, restaurant) for line in check.lines]
    discounts = _spread_discounts(check, lines)
    charges = [_price_charge(each, check, lines, restaurant) for each in check.charges]
    return PricedCheck(check, lines, discounts, charges)


def _price_line(line: Line, check: Check, restaurant: Restaurant) -> PricedLine:
    untaxed = check.tax_exempt or line.voided_ms is not None or line.deferred
    untaxed = untaxed or line.selection_type in MONEY_FOR_LATER
    gross = pre_discount_cents(line, line.quantity)
    rates = _rates(line, restaurant)
    priced = PricedLine(line, rates, untaxed, gross, facilitated=check.facilitated)
    priced.pre = priced.price
    for discount in line.discounts:
        cut = min(_cut(discount, priced.gross), priced.gross)
        priced.discounts.append(priced.take(discount, cut))
    return priced


def _cut(discount: Discount, cents: int) -> int:
    if discount.percent is not None:
        return money.share(cents, discount.percent)
    return discount.amount_cents


def _spread_discounts(check: Check, lines: list[PricedLine]) -> list[PricedDiscount]:
    live = [each for each in lines if each.line.voided_ms is None]
    found = []
    for discount in check.discounts:
        grosses = [each.gross for each in live]
        parts = money.spread(_cut(discount, sum(grosses)), grosses)
        taken = [each.take(discount, part) for each, part in zip(live, parts, strict=True)]
        cents, net = sum(each.cents for each in taken), sum(each.net_cents for each in taken)
        found.append(PricedDiscount(discount, cents, net))
    return found


def _price_charge(
    charge: Charge, check: Check, lines: list[PricedLine], restaurant: Restaurant
) -> PricedCharge:
    live = [each for each in lines if each.line.voided_ms is None]
    base = sum(each.price if charge.pre_discount is False else each.pre for each in live)
    cents = charge.amount_cents
    if charge.percent is not None:
        cents = money.share(base, charge.percent)
    if not live:
        cents = 0
    taxed = charge.taxable and not check.tax_exempt
    rates = _charge_rates(charge, restaurant) if taxed else []
    return PricedCharge(
        charge,
        cents,
        [
            AppliedTax(
                tax,
                in_proportion(tax, cents),
                check.facilitated or tax.name in charge.facilitated,
            )
            for tax in rates
        ],
    )


def _charge_rates(charge: Charge, restaurant: Restaurant) -> list[TaxRate]:
    """Those it names, else the default ones; what is owed by the piece isn't owed on a charge."""
    if charge.taxes is None:
        return [tax for tax in restaurant.default_taxes if tax.kind == "PERCENT"]
    return [
        tax
        for tax in restaurant.taxes
        if tax.name in charge.taxes and tax.kind not in ("FIXED", "EXTERNAL")
    ]


def _rates(line: Line, restaurant: Restaurant) -> tuple[TaxRate, ...]:
    if line.taxes is None:
        return restaurant.default_taxes
    return tuple(tax for tax in restaurant.taxes if tax.name in line.taxes)
