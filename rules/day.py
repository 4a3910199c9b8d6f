"""The identities of a business day: what must hold between its figures, to the cent.

Figures are those of `models.location_day`, by name, in one currency. Of the three meanings that
gross sales have, ours is net sales before discounts, as in the platform's glossary.

Source: Toast platform guide, "Glossary" (net and gross sales) and "Viewing refunds in Toast
    reports" (refunds belong to the day they are given), read 2026-12-01.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from rules.records import ZERO

Figures = Mapping[Any, Any]


def gross(day: Figures) -> Decimal:
    """What would have been charged for goods and service without discounts."""
    return _sum(day, "net", "discounts")


def due(day: Figures) -> Decimal:
    """What is owed for the day's orders; what goes to a cause is within gratuities."""
    return _sum(day, "net", "tax", "gratuities", "deferred")


def unexplained(day: Figures) -> Decimal:
    """What is owed and neither paid, open nor rounding: nought, or something is wrong."""
    return due(day) - _sum(day, "paid_before", "paid_that_day", "paid_after", "open", "rounding")


def collected(day: Figures) -> Decimal:
    """What was taken on the day without tips, for orders of whichever day."""
    return _sum(day, "paid_that_day", "prepaid", "postpaid")


def refunded(day: Figures) -> Decimal:
    """What was given back on the day, tips included."""
    return _sum(
        day,
        *("refunded_net", "refunded_tax", "refunded_gratuities"),
        *("refunded_deferred", "refunded_tips"),
    )


def imbalance(day: Figures) -> Decimal:
    """Sales and tips less what was collected, what is open and what other days took or are owed.

    Owed for the day, with tips = collected with tips + open + rounding + paid before + paid after -
    taken for other days. Where this isn't nought, it is what is unexplained.
    """
    earned = due(day) + _sum(day, "tips")
    taken = collected(day) + _sum(day, "tips")
    elsewhere = _sum(day, "paid_before", "paid_after") - _sum(day, "prepaid", "postpaid")
    return earned - (taken + _sum(day, "open", "rounding") + elsewhere)


def tender_total(tender: Figures) -> Decimal:
    """What a tender came to: amounts and tips less what was given back of either."""
    return _sum(tender, "amount", "tip") - _sum(tender, "refunded", "refunded_tip")


def tender_gap(day: Figures, tenders: Iterable[Figures]) -> Decimal:
    """What tenders come to beyond what the day says was taken and given back; nought if they tie.

    `tenders` are all of the day in its currency.
    """
    came = sum((tender_total(each) for each in tenders), ZERO)
    return came - (collected(day) + _sum(day, "tips") - refunded(day))


def _sum(figures: Figures, *names: str) -> Decimal:
    return sum((figures[name] for name in names), ZERO)
