"""When an order becomes an invoice, and what stands on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rules.money import per_unit, split
from rules.order_totals import Totals, charge_taxes, is_passed_on, is_sale
from rules.records import ZERO, LineRecord, OrderRecord, TaxRecord

# Less than this is the till's rounding of goods sold by weight.
_MULTIPLIES_OUT = Decimal("0.01")
# Any other approval, known or new, holds up nothing.
_UNAPPROVED = {
    "FUTURE": "Ordered ahead: its day has not come.",
    "NEEDS_APPROVAL": "Not approved at the till yet.",
    "NOT_APPROVED": "Not approved at the till.",
}

Standing = Literal["due", "not due", "not needed"]


def standing(order: OrderRecord, totals: Totals) -> tuple[Standing, str | None]:
    """Whether an order is owed an invoice now, later or never, and why not."""
    if order.deleted:
        return "not needed", "Merged into another order or deleted at the till."
    if order.voided:
        return "not needed", "Voided at the till."
    if order.not_sale_reason:
        return "not needed", order.not_sale_reason
    if order.approval in _UNAPPROVED:
        return "not due", _UNAPPROVED[order.approval]
    if order.state == "open":
        return "not due", "Not paid yet."
    if totals.total == ZERO and totals.net == ZERO:
        return "not needed", "Nothing was charged."
    return "due", None


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of an invoice: `gross` less `discount` is `net`; tax is apart."""

    kind: Literal["item", "charge", "gratuity"]
    name: str
    quantity: Decimal
    unit_price: Decimal
    gross: Decimal
    net: Decimal
    tax: Decimal
    modifiers: Sequence[Mapping[str, str]] = ()

    @property
    def discount(self) -> Decimal:
        """What was taken off."""
        return self.gross - self.net


@dataclass(frozen=True, slots=True)
class DraftTax:
    """One rate over the whole invoice."""

    name: str
    rate: Decimal | None
    taxable: Decimal
    amount: Decimal
    remitted_by_marketplace: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice ready to be numbered. Its taxes add up to the tax of its lines, to the cent."""

    currency: str
    lines: Sequence[DraftLine]
    taxes: Sequence[DraftTax]

    @property
    def net(self) -> Decimal:
        """Sales before tax."""
        return sum((line.net for line in self.lines if line.kind != "gratuity"), ZERO)

    @property
    def gratuities(self) -> Decimal:
        """Charges passed on to staff or a cause."""
        return sum((line.net for line in self.lines if line.kind == "gratuity"), ZERO)

    @property
    def tax(self) -> Decimal:
        """Tax on everything above."""
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """What the buyer owes."""
        return self.net + self.tax + self.gratuities


def draft(order: OrderRecord, currency: str) -> Draft:
    """The invoice of an order: its live lines, then its charges, then its taxes by rate."""
    lines = [*_items(order), *_charges(order, currency)]
    return Draft(currency, lines, _taxes(order, currency))


def _items(order: OrderRecord) -> Iterator[DraftLine]:
    modifiers: dict[str | None, list[LineRecord]] = {}
    for line in order.lines:
        modifiers.setdefault(line.parent_id, []).append(line)
    for line in order.lines:
        if is_sale(line):
            yield DraftLine(
                kind="item",
                name=line.name,
                quantity=line.quantity,
                unit_price=_unit_price(line, modifiers.get(line.external_id, ())),
                gross=line.gross,
                net=line.amount,
                tax=line.tax,
                modifiers=[
                    {"name": m.name, "quantity": str(m.quantity), "amount": str(m.amount)}
                    for m in modifiers.get(line.external_id, ())
                    if not m.voided
                ],
            )


def _unit_price(line: LineRecord, modifiers: Sequence[LineRecord]) -> Decimal:
    """The price of one before tax and modifiers.

    Tills state a tax-inclusive item's price with its tax, and some modifiers replace the price of
    their item; an invoice line must multiply out all the same.
    """
    own = line.gross - sum((m.gross for m in modifiers if not m.voided), ZERO)
    if not line.quantity or abs(line.quantity * line.unit_price - own) < _MULTIPLIES_OUT:
        return line.unit_price
    return per_unit(own, line.quantity)


def _charges(order: OrderRecord, currency: str) -> Iterator[DraftLine]:
    taxes = charge_taxes(order, currency)
    for charge in order.charges:
        yield DraftLine(
            kind="gratuity" if is_passed_on(charge) else "charge",
            name=charge.name,
            quantity=Decimal(1),
            unit_price=charge.amount,
            gross=charge.amount,
            net=charge.amount,
            tax=taxes.get(charge.external_id, ZERO),
        )


def _taxes(order: OrderRecord, currency: str) -> list[DraftTax]:
    grouped: dict[tuple[str, Decimal | None, bool], list[Decimal]] = {}
    for taxable, amount, applied in _taxed(order, currency):
        weights = [tax.amount for tax in applied]
        for tax, share in zip(applied, split(amount, weights, currency), strict=True):
            key = (tax.name, tax.rate, tax.remitted_by_marketplace)
            group = grouped.setdefault(key, [ZERO, ZERO])
            group[0] += taxable
            group[1] += share
    return [
        DraftTax(name, rate, taxable, amount, remitted)
        for (name, rate, remitted), (taxable, amount) in grouped.items()
    ]


def _taxed(
    order: OrderRecord, currency: str
) -> Iterator[tuple[Decimal, Decimal, Sequence[TaxRecord]]]:
    """Each taxed line and charge: its net, its rounded tax, and the rates that made it."""
    by_line: dict[str, list[TaxRecord]] = {}
    by_charge: dict[str, list[TaxRecord]] = {}
    for tax in order.taxes:
        if tax.charge_id is not None:
            by_charge.setdefault(tax.charge_id, []).append(tax)
        elif tax.line_id is not None:
            by_line.setdefault(tax.line_id, []).append(tax)
    for line in order.lines:
        if is_sale(line):
            unnamed = [TaxRecord(line.check_id, "Tax", None, line.tax)] if line.tax else []
            yield line.amount, line.tax, by_line.get(line.external_id) or unnamed
    rounded_taxes = charge_taxes(order, currency)
    for charge in order.charges:
        applied = by_charge.get(charge.external_id, [])
        yield charge.amount, rounded_taxes.get(charge.external_id, ZERO), applied
