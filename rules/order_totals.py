"""What an order comes to.

The conventions of `rules.records` make this short: a top-level line already holds its modifiers
and its share of every discount. Voided lines and deferred ones (gift cards sold) are no sales.
"""

from collections.abc import Iterable
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
    paid = _sum(p.amount for p in order.payments if p.counts)
    tips = _sum(p.tip for p in order.payments if p.counts)
    refunded = _sum(p.refund.amount for p in order.payments if p.refund)
    if order.voided or order.deleted:
        return Totals(tips=tips, paid=paid, refunded=refunded)
    sold = [line for line in order.lines if is_sale(line)]
    charges = _sum(c.amount for c in order.charges if not is_passed_on(c))
    gratuities = _sum(c.amount for c in order.charges if is_passed_on(c))
    net = _sum(line.amount for line in sold) + charges
    tax = _sum(line.tax for line in sold) + sum(charge_taxes(order, currency).values(), ZERO)
    return Totals(
        net=net,
        discounts=_sum(d.amount for d in order.discounts),
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


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
