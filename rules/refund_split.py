"""What a refund gave back: goods, tax, gratuities.

Source: Toast platform guide, "Viewing refunds in Toast reports", read 2026-12-01: a refund is
booked on the day it is given; one of a custom amount has no parts and is booked as negative sales.
"""

from dataclasses import dataclass
from decimal import Decimal

from rules.order_totals import is_passed_on
from rules.records import ZERO, OrderRecord, RefundRecord


@dataclass(slots=True)
class RefundSplit:
    """The parts of a refund's amount, which they add up to; tips are apart from it.

    Not `itemized`, some of it is a custom amount, and counted to `net`.
    """

    net: Decimal = ZERO
    tax: Decimal = ZERO
    gratuities: Decimal = ZERO
    deferred: Decimal = ZERO
    itemized: bool = False


def refund_split(order: OrderRecord, refund: RefundRecord) -> RefundSplit:
    """The parts of one refund of an order, from what its lines and charges say was given back."""
    found = RefundSplit()
    for line in order.lines:
        # What hangs on a line is in the line's own.
        if line.refunds and line.parent_id is None:
            for part in line.refunds:
                if part.refund_id == refund.external_id:
                    found.tax += part.tax
                    if line.deferred:
                        found.deferred += part.amount
                    else:
                        found.net += part.amount
    for charge in order.charges:
        for part in charge.refunds:
            if part.refund_id == refund.external_id:
                found.tax += part.tax
                if is_passed_on(charge):
                    found.gratuities += part.amount
                else:
                    found.net += part.amount
    rest = refund.amount - found.net - found.tax - found.gratuities - found.deferred
    found.net += rest
    found.itemized = rest == ZERO
    return found
