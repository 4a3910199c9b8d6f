"""What a refund gave back: goods, tax, gratuities.

Source: Toast platform guide, "Viewing refunds in Toast reports", read 2026-12-01: a refund is
booked on the day it is given; one of a custom amount has no parts and is booked as negative sales.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.money import split
from rules.order_totals import applied, is_passed_on, remitted
from rules.records import ZERO, OrderRecord, RefundedPart, RefundRecord


@dataclass(slots=True)
class RefundSplit:
    """The parts of a refund's amount, which they add up to; tips are apart from it.

    `deferred` is of what was no sale when it was sold, its tax included. Of `tax` the marketplace
    remits `marketplace_tax`. Not `itemized`, some of it is a custom amount, and counted to `net`.
    """

    net: Decimal = ZERO
    tax: Decimal = ZERO
    gratuities: Decimal = ZERO
    deferred: Decimal = ZERO
    itemized: bool = False
    marketplace_tax: Decimal = ZERO


def refund_split(order: OrderRecord, refund: RefundRecord, currency: str) -> RefundSplit:
    """The parts of one refund of an order, from what its lines and charges say was given back."""
    refunds = [x.refund for x in order.payments if x.refund is not None]
    told, rates = RefundSplit(), applied(order)
    for kind, part, sold in _parts(order):
        if not _is_of(part, refund, refunds):
            continue
        if kind == "deferred":
            told.deferred += part.amount + part.tax
            continue
        setattr(told, kind, getattr(told, kind) + part.amount)
        told.tax += part.tax
        # A modifier's tax is by the rates of what it hangs on.
        taxes = next((rates[each] for each in sold if each in rates), ())
        told.marketplace_tax += remitted(part.tax, taxes, currency)
    # One transaction may give back several payments; its parts don't say which of them.
    together = [x for x in refunds if x is refund or _is_same_transaction(x, refund)] or [refund]
    whole = sum((x.amount for x in together), ZERO)
    told.itemized = whole == told.net + told.tax + told.gratuities + told.deferred
    if len(together) > 1:
        _take_share(told, together, refund, currency)
    told.net = refund.amount - told.tax - told.gratuities - told.deferred
    return told


def _parts(order: OrderRecord) -> Iterator[tuple[str, RefundedPart, Sequence[str]]]:
    """What was given back, where it belongs, and of what, with all that this hangs on.

    What hangs on a line is in the line's own.
    """
    given = [line for line in order.lines if line.refunds]
    if given:
        parents = {line.external_id: line.parent_id for line in order.lines}
        named = {(line.external_id, part.refund_id) for line in given for part in line.refunds}
        for line in given:
            above = list(_above(line.parent_id, parents))
            for part in line.refunds:
                if not any((each, part.refund_id) in named for each in above):
                    sold = (line.external_id, *above)
                    yield "deferred" if line.deferred else "net", part, sold
    for charge in order.charges:
        for part in charge.refunds:
            yield "gratuities" if is_passed_on(charge) else "net", part, (charge.external_id,)


def _above(line_id: str | None, parents: dict[str, str | None]) -> Iterator[str]:
    seen: set[str] = set()
    while line_id is not None and line_id not in seen:
        seen.add(line_id)
        yield line_id
        line_id = parents.get(line_id)


def _is_of(part: RefundedPart, refund: RefundRecord, refunds: Sequence[RefundRecord]) -> bool:
    """Whether a part names the refund; where either has no name, it is the only one there is."""
    if part.refund_id is None or refund.external_id is None:
        return len(refunds) < 2
    return part.refund_id == refund.external_id


def _is_same_transaction(one: RefundRecord, other: RefundRecord) -> bool:
    return one.external_id is not None and one.external_id == other.external_id


def _take_share(
    told: RefundSplit, together: Sequence[RefundRecord], refund: RefundRecord, currency: str
) -> None:
    """Of each part what falls to this one of several refunds, by how much each gave back."""
    weights = [x.amount for x in together]
    mine = next((i for i, x in enumerate(together) if x is refund), 0)
    # Apart, so that no share of the one is more than that of both.
    ours = split(told.tax - told.marketplace_tax, weights, currency)[mine]
    told.marketplace_tax = split(told.marketplace_tax, weights, currency)[mine]
    told.tax = ours + told.marketplace_tax
    told.gratuities = split(told.gratuities, weights, currency)[mine]
    told.deferred = split(told.deferred, weights, currency)[mine]
