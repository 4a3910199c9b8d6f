"""The values of a CSV row; each says in a sentence what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from sandbox.toast import times
from sandbox.toast.takeaway import LONDON


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{what} is not a number: {text!r}") from error
    if not value.is_finite():
        raise ValueError(f"{what} is not a number: {text!r}")
    return value


def quantity(text: str) -> int | float:
    """A number above zero."""
    value = _decimal(text, "Quantity")
    if value <= 0:
        raise ValueError(f"Quantity must be above zero: {text!r}")
    return int(value) if value == value.to_integral_value() else float(value)


def cents(text: str) -> int:
    """A price in pounds as pence."""
    value = _decimal(text, "Product Price") * 100
    if value < 0 or value != value.to_integral_value():
        raise ValueError(f"Product Price is not an amount in pence: {text!r}")
    return int(value)


def opened_ms(text: str) -> int:
    """A wall clock in London as UNIX milliseconds."""
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"Order Date is not day/month/year hour:minute: {text!r}") from error
    return times.local_ms(local, LONDON.zone)
