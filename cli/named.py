"""Finds what was named on the command line; a slip of the pen gets a suggestion."""

from collections.abc import Iterable
from difflib import get_close_matches

import click
from sqlalchemy.orm import Session

from cli import scope
from connectors import platforms
from models import Connection, connections
from models.connections import UnknownConnectionError
from models.session import unit_of_work


def connection(organization: str | None, name: str) -> Connection:
    """The connection of that name. Raises: UnknownConnectionError with those that are near."""
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        return connection_of(session, owner.id, name)


def connection_of(session: Session, organization_id: int, name: str) -> Connection:
    """A merchant's connection. Raises: UnknownConnectionError with those that are near."""
    try:
        return connections.by_name(session, organization_id, name)
    except UnknownConnectionError as unknown:
        names = [each.name for each in connections.of_organization(session, organization_id)]
        raise UnknownConnectionError(
            unknown.code, unknown.sentence, next_step=_instead(name, names)
        ) from None


def streams(platform: str, name: str | None) -> list[str]:
    """The streams meant: all of a platform's, or the one named. Raises: click.BadParameter."""
    known = list(platforms()[platform].streams)
    if name is None:
        return known
    if name not in known:
        raise click.BadParameter(
            f"{platforms()[platform].title} has no stream '{name}'. It has: {', '.join(known)}.",
            param_hint="--stream",
        )
    return [name]


def with_history(platform: str, name: str | None) -> list[str]:
    """Those of the streams meant that have a past to import. Raises: click.BadParameter."""
    known = platforms()[platform].streams
    if name is not None and name in known and known[name].listed:
        raise click.BadParameter(
            f"{platforms()[platform].title} tells only what its {name} are at present: there is no"
            f" history to import. 'taxpoynt sync' reads the present.",
            param_hint="--stream",
        )
    return [each for each in streams(platform, name) if not known[each].listed]


def near(name: str, known: Iterable[str]) -> list[str]:
    """Those of `known` that look like `name`, the likeliest first."""
    by_lower = {each.lower(): each for each in known}
    return [by_lower[each] for each in get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]


def _instead(name: str, names: list[str]) -> str:
    if not names:
        return "There is none yet: 'taxpoynt connect PLATFORM NAME --config FILE' makes one."
    if found := near(name, names):
        return f"Did you mean {' or '.join(repr(each) for each in found)}?"
    return "'taxpoynt connections' lists those there are."
