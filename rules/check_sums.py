"""What each bill of an order comes to, for comparing it with what the platform states."""

from dataclasses import dataclass
from decimal import Decimal

from rules.money import unit
from rules.order_totals import charge_taxes, is_deferred, is_sale
from rules.records import ZERO, CheckRecord, OrderRecord


@dataclass(slots=True)
class CheckSums:
    """Amounts of one bill: `amount` without tax and gratuities, `due` with both, `paid` of it.

    `rounding` is by how much it is off where it is settled: a minor unit at most, else nought. It
    `ties` unless the platform states another amount or tax, or says it is settled and it isn't.
    """

    amount: Decimal = ZERO
    tax: Decimal = ZERO
    due: Decimal = ZERO
    paid: Decimal = ZERO
    rounding: Decimal = ZERO
    ties: bool = True


def check_sums(order: OrderRecord, currency: str) -> dict[str, CheckSums]:
    """By check. Nothing is due on one that was voided, or of an order that is gone."""
    found = {check.external_id: CheckSums() for check in order.checks}
    for payment in order.payments:
        if payment.counts and payment.check_id in found:
            found[payment.check_id].paid += payment.amount
    if order.voided or order.deleted:
        return found
    live = {x.external_id: found[x.external_id] for x in order.checks if not _is_gone(x)}
    for line in order.lines:
        if (is_sale(line) or is_deferred(line)) and (sums := live.get(line.check_id)):
            sums.amount += line.amount
            sums.tax += line.tax
            sums.due += line.amount + line.tax
    _add_charges(order, live, currency)
    for check in order.checks:
        if sums := live.get(check.external_id):
            _compare(check, sums, currency)
    return found


def _add_charges(order: OrderRecord, live: dict[str, CheckSums], currency: str) -> None:
    taxes = charge_taxes(order, currency)
    for charge in order.charges:
        if sums := live.get(charge.check_id):
            # What goes to a cause is in the platform's amount, what goes to staff is not.
            if not charge.gratuity:
                sums.amount += charge.amount
            tax = taxes.get(charge.external_id, ZERO)
            sums.tax += tax
            sums.due += charge.amount + tax


def _compare(check: CheckRecord, sums: CheckSums, currency: str) -> None:
    left = sums.due - sums.paid
    if check.settled and abs(left) <= unit(currency):
        sums.rounding = left
    sums.ties = (
        check.amount in {None, sums.amount}
        and check.tax in {None, sums.tax}
        and not (check.settled and left != sums.rounding)
    )


def _is_gone(check: CheckRecord) -> bool:
    return check.voided or check.deleted
