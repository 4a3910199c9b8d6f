"""The lists of a connection: what each is asked for, and the one way to answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option

if TYPE_CHECKING:
    from marshmallow import Schema

    from models.listing import Listed

_P = ParamSpec("_P")


@dataclass(frozen=True)
class Paged:
    """Which connection's list, whose, and which part of it."""

    name: str
    limit: int
    after: str | None
    organization: str | None


def connection_list_options(
    function: Callable[Concatenate[Output, Paged, _P], None],
) -> Callable[..., None]:
    """Adds NAME, --limit, --after and --organization; the command gets them as one Paged."""

    @wraps(function)
    def run(
        out: Output,
        name: str,
        limit: int,
        after: str | None,
        organization: str | None,
        **others: Any,
    ) -> None:
        function(out, Paged(name, limit, after, organization), **others)  # type: ignore[call-arg]

    return click.argument("name")(page_options(organization_option(run)))


def of_connection(
    out: Output,
    paged: Paged,
    read: "Callable[..., Listed]",
    schema: "type[Schema]",
    columns: Mapping[str, str],
    empty: str,
    **filters: Any,
) -> None:
    """Answer with what `read` lists of the connection, in one unit of work.

    Raises: UnknownConnectionError, CursorError.
    """
    from cli import named, scope
    from models.session import unit_of_work

    with unit_of_work() as session:
        owner = scope.organization(session, paged.organization)
        named.connection_of(session, owner.id, paged.name)
        found = gather(
            lambda span: read(session, owner.id, connection=paged.name, span=span, **filters),
            paged.limit,
            paged.after,
        )
    show(out, found, schema, columns, empty)
