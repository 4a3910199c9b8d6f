"""Finds invoices by what a person types of a number: `277`, `INV-000277`, or how it begins."""

import re
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, false, func, select, union

from models.invoice import Invoice, InvoiceSeries

# As `rules.numbering` writes a number: the series, a dash, and at least six digits.
_WRITTEN = re.compile(r"(?:(?P<series>.+)-)?(?P<digits>[0-9]+)")
_WIDTH = 6
# The largest sequence has nineteen digits.
_WIDEST = 18


def named(organization_id: int, text: str) -> CompoundSelect[Any]:
    """Ids of invoices that `text` may mean: a few ranges of an index, however many there are.

    Digits alone are a whole number of any series, its zeros or not; behind a series they are a
    whole number or the beginning of one. Upper and lower case are alike.
    """
    ours = [InvoiceSeries.organization_id == organization_id]
    wanted: list[ColumnElement[bool]] = []
    if match := _WRITTEN.fullmatch(text):
        series, digits = match["series"], match["digits"]
        if len(digits) <= _WIDEST:
            wanted.append(Invoice.sequence == int(digits[-_WIDEST:]))
        if series is not None:
            ours.append(func.lower(InvoiceSeries.name) == series.lower())
            wanted += _begins(digits)
    of_series = Invoice.series_id.in_(select(InvoiceSeries.id).where(*ours))
    # A query each: of alternatives in one condition the index would be walked from end to end.
    return union(*(select(Invoice.id).where(of_series, one) for one in wanted or [false()]))


def _begins(digits: str) -> list[ColumnElement[bool]]:
    """Sequences whose number begins with `digits`; beyond six digits none begins with a zero."""
    found = []
    for width in range(max(_WIDTH, len(digits)), _WIDEST + 1):
        if width > _WIDTH and digits[0] == "0":
            break
        first, size = int(digits), 10 ** (width - len(digits))
        found.append(and_(Invoice.sequence >= first * size, Invoice.sequence < (first + 1) * size))
    return found
