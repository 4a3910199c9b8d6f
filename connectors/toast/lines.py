"""The items of a check with their modifiers, discounts and taxes, and its service charges.

Source: Toast developer guide, "Calculating net sales for orders",
    https://doc.toasttab.com/doc/devguide/apiOrdersNetSalesCalculation.html, read 2026-11-01.
    A parent's prices hold its modifiers, and `price` holds its share of check discounts.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from connectors.toast import schemas
from connectors.toast.decoding import too_deep
from connectors.toast.numbers import number, rate_or_none
from connectors.toast.parts import Parts, guid
from connectors.toast.tables import UNNAMED, WORDS
from connectors.toast.timestamps import business_date_or_none
from rules.money import QUANTITY_PLACES, RATE_PLACES, rounded
from rules.records import (
    ZERO,
    ChargeRecord,
    DiscountRecord,
    LineRecord,
    RefundedPart,
    TaxRecord,
    record,
)

# Menus nest a handful deep; a hundred is a loop that somebody built.
MAX_DEPTH = 100
_DEFERRED, _UNDONE = WORDS["line_deferred"], WORDS["discount_undone"]
_ONE = Decimal(1)
_AMOUNT_RATES = frozenset({"FIXED"})


@record
class Bill:
    """What the parts of a check take over from it.

    `untaxed`, it is exempt and the taxes listed on it weren't charged. `deleted`, what was given
    back of it is on another.
    """

    check_id: str
    gone: bool
    void_date: date | None = None
    untaxed: bool = False
    deleted: bool = False


@record
class _Above:
    """What a line takes over from what it hangs on."""

    bill: Bill
    voided: bool
    void_date: date | None
    void_reason: str | None = None
    line_id: str | None = None
    deferred: bool = False
    depth: int = 1


def read_lines(check: schemas.Check, bill: Bill, parts: Parts) -> None:
    """Add a check's items; those of a voided check are voided with it."""
    above = _Above(bill, bill.gone, bill.void_date)
    for line in check.lines or ():
        _read_line(line, above, parts)


def read_charges(check: schemas.Check, bill: Bill, parts: Parts) -> None:
    """Add a live check's service charges and the taxes on them."""
    check_id = bill.check_id
    for charge in check.charges or ():
        position = len(parts.charges)
        charge_id = charge.external_id or f"{check_id}/charge/{position}"
        parts.charges.append(
            ChargeRecord(
                external_id=charge_id,
                check_id=check_id,
                name=charge.name or UNNAMED["charge"],
                amount=number(charge.amount),
                gratuity=bool(charge.gratuity),
                category=charge.category or UNNAMED["charge_category"],
                position=position,
                configured_id=guid(charge.configured),
                refunds=_given_back(charge.refund) if charge.refund else (),
            )
        )
        if charge.taxes and not bill.untaxed:
            _read_taxes(charge.taxes, check_id, parts, charge_id=charge_id)


def read_discounts(
    discounts: Sequence[schemas.Discount] | None,
    check_id: str,
    parts: Parts,
    line_id: str | None = None,
) -> None:
    """Add reductions that still hold, before tax; those of a check have no line."""
    for discount in discounts or ():
        if discount.state in _UNDONE:
            continue
        position = len(parts.discounts)
        parts.discounts.append(
            DiscountRecord(
                external_id=discount.external_id or f"{check_id}/discount/{position}",
                check_id=check_id,
                name=discount.name or UNNAMED["discount"],
                amount=_reduction(discount),
                line_id=line_id,
                kind=discount.kind,
                position=position,
                configured_id=guid(discount.configured),
            )
        )


def _read_line(line: schemas.Line, above: _Above, parts: Parts) -> None:
    bill = above.bill
    position = len(parts.lines)
    line_id = line.external_id or f"{bill.check_id}/line/{position}"
    found = _line(line, line_id, above, position)
    parts.lines.append(found)
    if not found.voided:
        if line.discounts:
            read_discounts(line.discounts, bill.check_id, parts, line_id)
        # A modifier's tax sits on the item that it hangs on.
        if line.taxes and above.line_id is None and not bill.untaxed:
            _read_taxes(line.taxes, bill.check_id, parts, line_id=line_id)
    if line.modifiers:
        if above.depth >= MAX_DEPTH:
            raise too_deep()
        below = _Above(
            bill,
            found.voided,
            found.void_business_date,
            found.void_reason_id,
            line_id,
            found.deferred,
            above.depth + 1,
        )
        for modifier in line.modifiers:
            _read_line(modifier, below, parts)


def _line(line: schemas.Line, line_id: str, above: _Above, position: int) -> LineRecord:
    gross = number(line.gross)
    voided = above.voided or bool(line.voided)
    void_date, void_reason = _void(line, above) if voided else (None, None)
    return LineRecord(
        external_id=line_id,
        check_id=above.bill.check_id,
        position=position,
        name=line.name or UNNAMED["line"],
        quantity=number(line.quantity, _ONE, places=QUANTITY_PLACES),
        unit_price=number(line.unit_price),
        gross=gross,
        amount=_net(line, gross),
        tax=_tax(line, above.bill),
        parent_id=above.line_id,
        item_id=line.item.external_id if line.item else None,
        kind=line.kind or UNNAMED["line_kind"],
        tax_inclusion=line.tax_inclusion,
        voided=voided,
        deferred=above.deferred or bool(line.deferred) or line.kind in _DEFERRED,
        group_id=line.group.external_id if line.group else None,
        category_id=line.category.external_id if line.category else None,
        void_business_date=void_date,
        void_reason_id=void_reason,
        refunds=_given_back(line.refund) if line.refund and not above.bill.deleted else (),
    )


def _void(line: schemas.Line, above: _Above) -> tuple[date | None, str | None]:
    """When and why a line was voided: by itself, or with what it hangs on."""
    voided_on = business_date_or_none(line.void_business_date) or above.void_date
    return voided_on, guid(line.void_reason) or above.void_reason


def _given_back(refund: schemas.RefundDetails) -> tuple[RefundedPart, ...]:
    amount, tax = number(refund.amount), number(refund.tax)
    if not amount and not tax:
        return ()
    return (RefundedPart(guid(refund.transaction), amount, tax),)


def _tax(line: schemas.Line, bill: Bill) -> Decimal:
    """What Toast states, else what its rates come to; nothing on a bill that isn't taxed."""
    if bill.untaxed:
        return ZERO
    if line.tax is not None:
        return number(line.tax)
    if not line.taxes:
        return ZERO
    return rounded(sum((_exact_tax(tax) for tax in line.taxes), ZERO), "")


def _exact_tax(tax: schemas.Tax) -> Decimal:
    """What a rate comes to before rounding, which takes more decimals than money."""
    return number(tax.amount, places=RATE_PLACES)


def _net(line: schemas.Line, gross: Decimal) -> Decimal:
    if line.amount is not None:
        return number(line.amount)
    held = (d for d in line.discounts or () if d.state not in _UNDONE)
    return gross - sum((_reduction(d) for d in held), ZERO)


def _reduction(discount: schemas.Discount) -> Decimal:
    stated = discount.amount_with_tax if discount.amount is None else discount.amount
    return number(stated)


def _read_taxes(
    taxes: Sequence[schemas.Tax],
    check_id: str,
    parts: Parts,
    *,
    line_id: str | None = None,
    charge_id: str | None = None,
) -> None:
    for tax in taxes:
        parts.taxes.append(
            TaxRecord(
                check_id=check_id,
                name=tax.name or UNNAMED["tax"],
                # The rate of a fixed tax is an amount of money, no fraction.
                rate=rate_or_none(tax.rate) if tax.kind not in _AMOUNT_RATES else None,
                amount=_exact_tax(tax),
                line_id=line_id,
                charge_id=charge_id,
                kind=tax.kind or UNNAMED["tax_kind"],
                remitted_by_marketplace=bool(tax.remitted_by_marketplace),
                position=len(parts.taxes),
                configured_id=tax.configured.external_id if tax.configured else None,
            )
        )
