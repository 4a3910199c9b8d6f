"""Items, charges and checks with their figures, in whole cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.toast import money
from sandbox.toast.merchant import TaxRate
from sandbox.toast.order import Charge, Check, Discount, Line

# Payments in these states have brought no money.
WORTHLESS = frozenset({"VOIDED", "DENIED", "ERROR", "CANCELLED"})


@dataclass
class AppliedTax:
    """One rate on one item or charge; the amount keeps its decimals."""

    tax: TaxRate
    cents: Decimal
    facilitated: bool = False

    @property
    def rounded(self) -> int:
        """The amount as the rate rounds it."""
        return money.whole(self.cents, money.ROUNDING[self.tax.rounding])


@dataclass
class PricedDiscount:
    """A discount and what it took off: with the tax inside the price, and without."""

    discount: Discount
    cents: int
    net_cents: int


@dataclass
class PricedLine:
    """A top-level item: `pre` and `price` include its modifiers and its quantity.

    `gross` is what the guest reads on the menu, less discounts; it differs from `price` where the
    menu price holds the tax.
    """

    line: Line
    rates: tuple[TaxRate, ...]
    untaxed: bool
    gross: int
    pre: int = 0
    facilitated: bool = False
    discounts: list[PricedDiscount] = field(default_factory=list)

    @property
    def price(self) -> int:
        """Without tax, after discounts."""
        if not self.line.tax_included:
            return self.gross
        percent = (tax.rate for tax in self.rates if tax.kind == "PERCENT")
        return money.whole(self.gross / (1 + sum(percent, Decimal(0))))

    @property
    def taxes(self) -> list[AppliedTax]:
        """Every rate on this item."""
        if self.untaxed:
            return []
        price = self.price
        return [
            AppliedTax(tax, self._raw(tax, price), self.remitted(tax.name)) for tax in self.rates
        ]

    @property
    def tax(self) -> int:
        """Each rate rounded by itself, then added; included tax is what the price holds."""
        if self.untaxed:
            return 0
        if self.line.tax_included:
            return self.gross - self.price
        return sum(applied.rounded for applied in self.taxes)

    @property
    def refunded(self) -> tuple[int, int]:
        """Price and tax that went back: as they were then, or as they are where that is unknown."""
        if self.line.refund_cents is None:
            return self.price, self.tax
        return self.line.refund_cents, self.line.refund_tax_cents

    def remitted(self, name: str) -> bool:
        """Whether a marketplace collects and remits the tax of that name."""
        return self.facilitated or name in self.line.facilitated

    def take(self, discount: Discount, cut: int) -> PricedDiscount:
        """Lower the menu price by the cut and say what that is without tax."""
        before = self.price
        self.gross -= cut
        return PricedDiscount(discount, cut, before - self.price)

    def _raw(self, tax: TaxRate, price: int) -> Decimal:
        # A fixed tax is owed by the piece, whatever the price has come down to.
        if tax.kind == "FIXED":
            return tax.rate * 100 * Decimal(str(self.line.quantity))
        if tax.kind == "EXTERNAL":
            return Decimal(self.line.outside_tax_cents)
        return in_proportion(tax, price)


@dataclass
class PricedCharge:
    """A service charge and its tax."""

    charge: Charge
    cents: int
    taxes: list[AppliedTax]

    @property
    def tax(self) -> int:
        """Each rate rounded by itself, then added."""
        return sum(applied.rounded for applied in self.taxes)

    @property
    def refunded(self) -> tuple[int, int]:
        """Charge and tax that went back."""
        if self.charge.refund_cents is None:
            return self.cents, self.tax
        return self.charge.refund_cents, self.charge.refund_tax_cents


@dataclass
class PricedCheck:
    """A check with every figure on it."""

    check: Check
    lines: list[PricedLine]
    discounts: list[PricedDiscount]
    charges: list[PricedCharge]

    @property
    def amount(self) -> int:
        """Live top-level prices and non-gratuity charges, without tax."""
        live = sum(each.price for each in self.lines if each.line.voided_ms is None)
        return live + sum(each.cents for each in self.charges if not each.charge.gratuity)

    @property
    def tax(self) -> int:
        """Tax of items and charges."""
        return sum(each.tax for each in self.lines) + sum(each.tax for each in self.charges)

    @property
    def gratuity(self) -> int:
        """Charges that go to the staff."""
        return sum(each.cents for each in self.charges if each.charge.gratuity)

    @property
    def due(self) -> int:
        """What the guest owes before any tip."""
        return self.amount + self.tax + self.gratuity

    @property
    def paid(self) -> int:
        """What live payments brought, tips aside."""
        return sum(each.amount_cents for each in self.check.payments if _counts(each.status))

    @property
    def tips(self) -> int:
        """Tips on live payments."""
        return sum(each.tip_cents for each in self.check.payments if _counts(each.status))

    @property
    def total(self) -> int:
        """What the API calls totalAmount: gratuity always, tips once paid (README)."""
        return self.due + (self.tips if self.paid >= self.due else 0)


def in_proportion(tax: TaxRate, cents: int) -> Decimal:
    """What a tax comes to that follows from the price alone."""
    if tax.kind == "NONE":
        return Decimal(0)
    if tax.kind == "TABLE":
        return Decimal(sum(step <= cents for step in tax.table))
    return cents * tax.rate


def _counts(status: str | None) -> bool:
    return status not in WORTHLESS
