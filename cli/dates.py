"""Dates as people type them."""

from datetime import date
from typing import Any

import click

# Platforms hold nothing older; a slip such as 0202-01-01 would cut a run into ages of slices.
_EARLIEST = date(2000, 1, 1)


class BusinessDate(click.ParamType[date]):
    """A calendar day, as in 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date of a text. Raises: click.BadParameter."""
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no date; write it like 2026-01-31.", param, ctx)
        if found < _EARLIEST:
            self.fail(f"Dates begin at {_EARLIEST}.", param, ctx)
        return found


BUSINESS_DATE = BusinessDate()
