"""Whose data a command works on: `--organization NAME` where there is more than one."""

from collections.abc import Callable
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from models import organizations
from models.organization import Organization

_F = TypeVar("_F", bound=Callable[..., object])


def organization_option(function: _F) -> _F:
    """Adds the option; the command gets it as `organization`."""
    return click.option(
        "--organization", metavar="NAME", help="Whose, where there is more than one."
    )(function)


def organization(session: Session, name: str | None) -> Organization:
    """The organization meant. Raises: click.UsageError when that is not clear."""
    found = organizations.every(session)
    chosen = found if name is None else [each for each in found if each.name == name]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(f"'{each.name}'" for each in found)
    problem = "Say whose with --organization." if name is None else f"There is no '{name}'."
    raise click.UsageError(f"{problem} There are: {names or 'none yet'}.")
