"""Lists that are read a page at a time: their options, their rows, what they look like."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

from cli.output import Output
from cli.quantities import Whole

if TYPE_CHECKING:
    from marshmallow import Schema

    from models.listing import Listed, Span

_F = TypeVar("_F", bound=Callable[..., object])


def page_options(function: _F) -> _F:
    """Adds --limit and --after; the command gets them as `limit` and `after`."""
    after = click.option(
        "--after", metavar="CURSOR", help="Go on after a page: the 'next' of its --json."
    )
    limit = click.option(
        "--limit",
        type=Whole(1, 100_000),
        default=50,
        show_default=True,
        help="How many at most.",
    )
    return limit(after(function))


def gather(read: "Callable[[Span], Listed]", limit: int, after: str | None) -> "Listed":
    """Up to `limit` rows, however many pages that takes. Raises: CursorError."""
    from models.listing import MOST, Listed, Span

    found = read(Span(min(limit, MOST), after))
    items = list(found.items)
    while found.next is not None and len(items) < limit:
        found = read(Span(min(limit - len(items), MOST), found.next))
        items += found.items
    return Listed(items, found.next)


def show(
    out: Output,
    found: "Listed",
    schema: "type[Schema]",
    columns: Mapping[str, str],
    empty: str,
) -> None:
    """Answer with a list, in the words of the JSON API; `columns` are headings by field."""
    items = schema(many=True).dump(found.items)
    out.items(items, columns, empty=empty, after=found.next)
    if found.next is not None and not out.as_json:
        out.say(f"There are more: --after {found.next}")
