"""Guids and numbers for what came without: they follow from the order's own guid."""

from __future__ import annotations

from sandbox.toast.merchant import named_guid
from sandbox.toast.order import Check, Line, Order


def identify(order: Order) -> Order:
    """Fill in every missing guid and number, in place; what has one keeps it."""
    for position, check in enumerate(order.checks):
        check.guid = check.guid or named_guid(order.guid, "check", position)
        check.number = check.number or f"{order.number}{'' if position == 0 else f'-{position}'}"
        _identify_check(check)
    return order


def _identify_check(check: Check) -> None:
    _identify_lines(check.lines, check.guid)
    for number, discount in enumerate(check.discounts):
        discount.guid = discount.guid or named_guid(check.guid, "discount", number)
    for number, charge in enumerate(check.charges):
        charge.guid = charge.guid or named_guid(check.guid, "charge", number)
    for number, payment in enumerate(check.payments):
        payment.guid = payment.guid or named_guid(check.guid, "payment", number)
    if check.guest is not None:
        # The e-mail address is what tells guests apart.
        known_by = check.guest.email or check.guest.phone or check.guid
        check.guest.guid = check.guest.guid or named_guid("guest", known_by)


def _identify_lines(lines: list[Line], above: str) -> None:
    for position, line in enumerate(lines):
        line.guid = line.guid or named_guid(above, position)
        for number, discount in enumerate(line.discounts):
            discount.guid = discount.guid or named_guid(line.guid, "discount", number)
        _identify_lines(line.modifiers, line.guid)
