"""What a list was asked for: filters, order and page, read from the address."""

from collections.abc import Collection
from datetime import date
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from config.errors import PermanentError
from models.listing import Span

Args = MultiDict[str, str]

# Where in the list a reader is, and when it was drawn.
_PLACE = {"after", "seen"}


class FilterError(PermanentError):
    """A filter with a value it can't have."""


def text(args: Args, name: str) -> str | None:
    """A filter's text; None when it is empty."""
    # PostgreSQL's text holds no NUL, so nothing can be found by one.
    return args.get(name, "").replace("\x00", "").strip() or None


def one_of(args: Args, name: str, known: Collection[str]) -> str | None:
    """A filter that has a few values. Raises: FilterError."""
    found = text(args, name)
    if found is not None and found not in known:
        raise _wrong(f"'{found[:60]}' isn't one of: {', '.join(known)}.")
    return found


def number(args: Args, name: str) -> int | None:
    """A filter by one of our ids. Raises: FilterError."""
    found = text(args, name)
    if found is None:
        return None
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise _wrong(f"'{found[:60]}' isn't the number of a {name}.")
    return int(found)


def day(args: Args, name: str) -> date | None:
    """A filter by date. Raises: FilterError."""
    found = text(args, name)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError:
        raise _wrong(f"'{(found or '')[:60]}' isn't a date; write 2026-01-31.") from None


def span(args: Args, limit: int = 50) -> Span:
    """Which page of the list."""
    return Span(limit=limit, after=text(args, "after"))


def sort(args: Args, known: Collection[str], usual: str) -> str:
    """The order a list is wanted in. Raises: FilterError."""
    return one_of(args, "sort", known) or usual


def filtered(args: Args) -> bool:
    """Whether anything is filtered: an empty list then says so."""
    return any(text(args, name) for name in args if name not in {*_PLACE, "sort"})


def address(args: Args, **changes: str | None) -> str:
    """The query of the same list with `changes`; the page is forgotten unless it is one."""
    kept = {k: v for k, v in args.items() if v and k not in _PLACE}
    wanted = {**kept, **changes}
    query = urlencode({k: v for k, v in wanted.items() if v})
    return f"?{query}" if query else "?"


def _wrong(sentence: str) -> FilterError:
    return FilterError("filter.unknown", sentence, next_step="Clear the filters and choose again.")
