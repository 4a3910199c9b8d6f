"""Which dead messages are meant: by ID, or all that wait."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import click
from sqlalchemy import RowMapping

from cli.quantities import Whole
from config.errors import PermanentError

_F = TypeVar("_F", bound=Callable[..., object])


class UnknownDeadMessageError(PermanentError):
    """No dead message of that number waits."""


def chosen_options(function: _F) -> _F:
    """Adds IDs and --all."""
    every = click.option("--all", "every", is_flag=True, help="All that wait.")
    return click.argument("ids", nargs=-1, type=Whole(1, 2**63 - 1), metavar="[ID]...")(
        every(function)
    )


def chosen(ids: Sequence[int], every: bool) -> list[RowMapping]:
    """The rows meant. Raises: UnknownDeadMessageError, and then none is touched."""
    from models import dead_message
    from models.session import unit_of_work

    if bool(ids) == every:
        raise click.UsageError("Give IDs, or --all.")
    with unit_of_work() as session:
        found = dead_message.waiting(session, None if every else ids)
    if missing := sorted(set(ids) - {row["id"] for row in found}):
        raise UnknownDeadMessageError(
            "message.not_dead",
            f"No dead message {', '.join(map(str, missing))} waits; nothing was done.",
            next_step="'taxpoynt dead' lists those there are.",
        )
    return found
