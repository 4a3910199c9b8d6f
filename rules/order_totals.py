"""What an order comes to.

The conventions of `rules.records` make this short: a top-level line already holds its modifiers
and its share of every discount. Voided lines and deferred ones (gift cards sold) are no sales.
"""

from dataclasses import dataclass
from decimal import Decimal

from rules.money import rounded
from rules.records import ZERO, ChargeRecord, LineRecord, OrderRecord

# Money that passes through the till to somebody else: part of what is due, no part of sales.
_PASSED_ON = frozenset({"FUNDRAISING_CAMPAIGN"})


@dataclass(frozen=True, slots=True)
class Totals:
    """Amounts of one order in its currency. `net` + `tax` + `gratuities` = `total`, tips apart."""

    net: Decimal = ZERO
    discounts: Decimal = ZERO
    charges: Decimal = ZERO
    gratuities: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    tips: Decimal = ZERO
    paid: Decimal = ZERO
    refunded: Decimal = ZERO


def is_sale(line: LineRecord) -> bool:
    """Whether a line adds to sales by itself."""
    return line.parent_id is None and not line.voided and not line.deferred


def is_passed_on(charge: ChargeRecord) -> bool:
    """Whether a charge belongs to staff or a cause rather than to the house."""
    return charge.gratuity or charge.category in _PASSED_ON


def totals(order: OrderRecord, currency: str) -> Totals:
    """The totals of an order; what it sold is zero when it was voided or merged away."""
    paid = tips = refunded = ZERO
    for payment in order.payments:
        if payment.counts:
            paid += payment.amount
            tips += payment.tip
        if payment.refund:
            refunded += payment.refund.amount
    if order.voided or order.deleted:
        return Totals(tips=tips, paid=paid, refunded=refunded)
    net = tax = ZERO
    for line in order.lines:
        if is_sale(line):
            net += line.amount
            tax += line.tax
    charges = gratuities = ZERO
    for charge in order.charges:
        if is_passed_on(charge):
            gratuities += charge.amount
        else:
            charges += charge.amount
    net += charges
    tax += sum(charge_taxes(order, currency).values(), ZERO)
    return Totals(
        net=net,
        discounts=sum((discount.amount for discount in order.discounts), ZERO),
        charges=charges,
        gratuities=gratuities,
        tax=tax,
        total=net + tax + gratuities,
        tips=tips,
        paid=paid,
        refunded=refunded,
    )


def charge_taxes(order: OrderRecord, currency: str) -> dict[str, Decimal]:
    """The tax on each charge by its id, rounded per charge as tills do."""
    exact: dict[str, Decimal] = {}
    for tax in order.taxes:
        if tax.charge_id is not None:
            exact[tax.charge_id] = exact.get(tax.charge_id, ZERO) + tax.amount
    return {charge: rounded(amount, currency) for charge, amount in exact.items()}
