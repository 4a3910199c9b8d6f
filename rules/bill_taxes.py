"""The tax on the charges of a bill, where only the whole bill's tax is told.

Tills round the tax of each line and charge by its rate's own rule: halves up or to even, always up
or always down. What they then print of a charge's tax is the exact amount alone; but the bill's tax
is told, and each line's. What these leave over was charged on the charges.

Source: Toast developer guide, "Orders prices" and the configuration API's TaxRate.roundingType,
    https://doc.toasttab.com/doc/devguide/apiOrderPrices.html, read 2026-12-01.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from rules.money import split, unit
from rules.records import ZERO, OrderRecord


@dataclass(slots=True)
class _Bill:
    """What is left of a bill's tax once its lines have theirs, and the charges that share it."""

    left: Decimal
    exact: dict[str, Decimal] = field(default_factory=dict)
    rates: int = 0


def charged(order: OrderRecord, exact: Mapping[str, Decimal], currency: str) -> dict[str, Decimal]:
    """The tax on those charges whose own isn't stated and whose bill's is.

    `exact` is, by charge, what its rates come to before rounding. A bill whose tax is further from
    them than a minor unit a rate says something else, and is passed over.
    """
    bills = {c.external_id: _Bill(c.tax) for c in order.checks if c.tax is not None}
    if not bills:
        return {}
    for line in order.lines:
        # What is sold for later is taxed on its bill all the same.
        if line.check_id in bills and line.parent_id is None and not line.voided:
            bills[line.check_id].left -= line.tax
    for charge in order.charges:
        if (bill := bills.get(charge.check_id)) is None:
            continue
        if charge.tax is not None:
            bill.left -= charge.tax
        elif charge.external_id in exact:
            bill.exact[charge.external_id] = exact[charge.external_id]
    for tax in order.taxes:
        if tax.charge_id is not None and (bill := bills.get(tax.check_id)) is not None:
            bill.rates += tax.charge_id in bill.exact
    return {
        charge: share
        for bill in bills.values()
        for charge, share in _shares(bill, currency).items()
    }


def _shares(bill: _Bill, currency: str) -> dict[str, Decimal]:
    weights = list(bill.exact.values())
    if abs(bill.left - sum(weights, ZERO)) > unit(currency) * bill.rates:
        return {}
    return dict(zip(bill.exact, split(bill.left, weights, currency), strict=True))
