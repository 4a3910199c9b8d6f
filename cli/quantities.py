"""Numbers as people type them."""

import math
from typing import Any

import click


class Whole(click.IntRange):
    """A whole number within bounds, both included."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of a text. Raises: click.BadParameter."""
        try:
            int(value)
        except ValueError:
            self.fail(f"'{value}' is not a whole number.", param, ctx)
        return super().convert(value, param, ctx)


class Seconds(click.ParamType[float]):
    """A span of time, longer than none."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds of a text. Raises: click.BadParameter."""
        try:
            found = float(value)
        except ValueError:
            self.fail(f"'{value}' is not a number of seconds.", param, ctx)
        if not 0 < found < math.inf:
            self.fail(f"'{value}' is not more than 0 seconds.", param, ctx)
        return found
