"""What an order comes to.

The conventions of `rules.records` make this short: a top-level line already holds its modifiers
and its share of every discount. Voided lines and deferred ones (gift cards sold) are no sales.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules import bill_taxes
from rules.money import rounded, split
from rules.records import ZERO, ChargeRecord, LineRecord, OrderRecord, TaxRecord

# Money that passes through the till to somebody else: part of what is due, no part of sales.
_PASSED_ON = frozenset({"FUNDRAISING_CAMPAIGN"})


@dataclass(frozen=True, slots=True)
class Totals:
    """Amounts of one order in its currency. `net` + `tax` + `gratuities` = `total`, tips apart.

    `net` + `discounts` is what tills call gross sales. Of the gratuities `fundraising` goes to a
    cause, of the tax `marketplace_tax` is remitted by the marketplace. `deferred` was taken for
    what is no sale now, its tax included.
    """

    net: Decimal = ZERO
    discounts: Decimal = ZERO
    charges: Decimal = ZERO
    gratuities: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    tips: Decimal = ZERO
    paid: Decimal = ZERO
    refunded: Decimal = ZERO
    fundraising: Decimal = ZERO
    marketplace_tax: Decimal = ZERO
    deferred: Decimal = ZERO


def is_deferred(line: LineRecord) -> bool:
    """Whether money is taken for a line that is no sale now."""
    return line.deferred and line.parent_id is None and not line.voided


def is_sale(line: LineRecord) -> bool:
    """Whether a line adds to sales by itself."""
    return line.parent_id is None and not line.voided and not line.deferred


def is_passed_on(charge: ChargeRecord) -> bool:
    """Whether a charge belongs to staff or a cause rather than to the house."""
    return charge.gratuity or charge.category in _PASSED_ON


def totals(order: OrderRecord, currency: str) -> Totals:
    """The totals of an order; what it sold is zero when it was voided or merged away."""
    paid, tips, refunded = _taken(order)
    if order.voided or order.deleted:
        return Totals(tips=tips, paid=paid, refunded=refunded)
    net = tax = deferred = ZERO
    for line in order.lines:
        if is_sale(line):
            net += line.amount
            tax += line.tax
        elif line.deferred and is_deferred(line):
            deferred += line.amount + line.tax
    charges, gratuities, fundraising = _charged(order)
    net += charges
    tax += sum(charge_taxes(order, currency).values(), ZERO)
    return Totals(
        net=net,
        discounts=_discounted(order) if order.discounts else ZERO,
        charges=charges,
        gratuities=gratuities,
        tax=tax,
        total=net + tax + gratuities,
        tips=tips,
        paid=paid,
        refunded=refunded,
        fundraising=fundraising,
        marketplace_tax=_remitted(order, currency),
        deferred=deferred,
    )


def _taken(order: OrderRecord) -> tuple[Decimal, Decimal, Decimal]:
    """Paid without tips, tips, given back."""
    paid = tips = refunded = ZERO
    for payment in order.payments:
        if payment.counts:
            paid += payment.amount
            tips += payment.tip
        if payment.refund:
            refunded += payment.refund.amount
    return paid, tips, refunded


def _discounted(order: OrderRecord) -> Decimal:
    """What was taken off sales: off a gift card, it is off no sale."""
    no_sales = {line.external_id for line in order.lines if line.deferred or line.voided}
    return sum((x.amount for x in order.discounts if x.line_id not in no_sales), ZERO)


def _charged(order: OrderRecord) -> tuple[Decimal, Decimal, Decimal]:
    """Charges of the house, those passed on, and of these what goes to a cause."""
    charges = gratuities = fundraising = ZERO
    for charge in order.charges:
        if not is_passed_on(charge):
            charges += charge.amount
            continue
        gratuities += charge.amount
        if not charge.gratuity:
            fundraising += charge.amount
    return charges, gratuities, fundraising


def _remitted(order: OrderRecord, currency: str) -> Decimal:
    """The part of the tax that the marketplace remits: of each line and charge, by its rates."""
    if not any(tax.remitted_by_marketplace for tax in order.taxes):
        return ZERO
    charged = {line.external_id: line.tax for line in order.lines if is_sale(line)}
    charged |= charge_taxes(order, currency)
    parts = applied(order).items()
    return sum((remitted(charged.get(part, ZERO), taxes, currency) for part, taxes in parts), ZERO)


def applied(order: OrderRecord) -> dict[str, list[TaxRecord]]:
    """The rates on each line and charge, by its id."""
    found: dict[str, list[TaxRecord]] = {}
    for tax in order.taxes:
        found.setdefault(tax.line_id or tax.charge_id or "", []).append(tax)
    return found


def remitted(amount: Decimal, taxes: Sequence[TaxRecord], currency: str) -> Decimal:
    """Of an amount of tax that these rates made, what the marketplace remits."""
    shares = split(amount, [tax.amount for tax in taxes], currency)
    told = zip(taxes, shares, strict=True)
    return sum((share for tax, share in told if tax.remitted_by_marketplace), ZERO)


def charge_taxes(order: OrderRecord, currency: str) -> dict[str, Decimal]:
    """The tax on each charge by its id, where anything tells it.

    As the till says, else what its bill's tax leaves for it, else its rates, rounded.
    """
    if not order.charges:
        return {}
    exact: dict[str, Decimal] = {}
    for tax in order.taxes:
        if tax.charge_id is not None:
            exact[tax.charge_id] = exact.get(tax.charge_id, ZERO) + tax.amount
    stated = {c.external_id: c.tax for c in order.charges if c.tax is not None}
    if len(stated) == len(order.charges):
        return stated
    by_rate = {charge: rounded(amount, currency) for charge, amount in exact.items()}
    return by_rate | bill_taxes.charged(order, exact, currency) | stated
