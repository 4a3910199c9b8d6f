"""Reads all pages of a window without skipping a row, while rows leave the window.

A window of modified times ends in the past, so rows can only leave it: an edit stamps them anew.
Each one that leaves moves those behind it one place forward. Read from the first page on, a row
could slip from the page to be read next into the one just read. Read from the last page back, a
row can only slip into a page still to be read, and comes twice at worst. Toast names neither the
number of pages nor the last one, so the last is found first, by doubling and then halving.

This needs no particular order of rows, only that it stays the same from call to call.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from config.errors import PermanentError
from connectors.base.contract import Cursor, Record

# Doubling ends here: a hundred million orders of one till are not.
_MOST_PAGES = 1 << 20


@dataclass(frozen=True, slots=True)
class Listing:
    """One page: its records, and whether Toast says that another follows."""

    records: Sequence[Record]
    more: bool

    @property
    def ids(self) -> list[str]:
        """The identities on the page, in its order."""
        return [record.id for record in self.records]


Read = Callable[[int], Listing]


@dataclass(frozen=True, slots=True)
class Search:
    """How far the search for the last page is: it comes after `low`.

    `high` is the page to look at next or, once `bounded`, one that was empty.
    """

    low: int
    high: int
    bounded: bool = False

    @property
    def page(self) -> int:
        """The page to look at."""
        return (self.low + self.high) // 2 if self.bounded else self.high


Left = int | Search
"""What is left of a window: the number of the page to read next, 0 for none, or a search."""


def members_of(left: Left) -> dict[str, int | bool]:
    """What is left, as members of a cursor."""
    if isinstance(left, Search):
        return {"low": left.low, "high": left.high, "bounded": left.bounded}
    return {"page": left}


def left_of(cursor: Cursor) -> Left | None:
    """What a cursor's members say is left; None when they say nothing of it."""
    if "page" in cursor:
        return int(cursor["page"])
    if "low" in cursor:
        return Search(int(cursor["low"]), int(cursor["high"]), bool(cursor["bounded"]))
    return None


def backwards(read: Read, resume_at: Left | None = None) -> Iterator[tuple[Listing, Left]]:
    """Every page from the last to the first, each with what is left after it.

    While the last one is being found, an empty page comes with how far that is, so that whoever is
    cut off doesn't begin anew. `resume_at` is what was left in an earlier reading.

    Raises: PermanentError when a later page is the same as an earlier one: page numbers have no
        effect then. Rows that leave never make it so, as they only move others forward.
    """
    left, first = resume_at, None
    if left is None:
        first = read(1)
        if not first.more:
            yield first, 0
            return
        left = Search(1, 2)
        yield _nothing(), left
    if isinstance(left, Search):
        for step in _searched(read, left, first):
            yield step
            left = step[1]
    number = left if isinstance(left, int) else 0
    while number > 0:
        number -= 1
        yield read(number + 1), number


def _searched(read: Read, search: Search, before: Listing | None) -> Iterator[tuple[Listing, Left]]:
    """The last page, after how far the search for it has come each time."""
    while not search.bounded or search.high - search.low > 1:
        number = search.page
        listing = read(number)
        _must_differ(listing, before)
        if listing.records and (not listing.more or number >= _MOST_PAGES):
            yield listing, number - 1
            return
        if listing.records:
            before = listing
            high = search.high if search.bounded else number * 2
            search = Search(number, high, search.bounded)
        else:
            search = Search(search.low, number, bounded=True)
        yield _nothing(), search
    # Rows left meanwhile: what was page `high` is page `low` now.
    yield _nothing(), search.low


def _nothing() -> Listing:
    return Listing((), more=True)


def _must_differ(listing: Listing, before: Listing | None) -> None:
    if before is not None and listing.records and listing.ids == before.ids:
        raise PermanentError(
            "toast.same_page_twice",
            "Toast sent the same page of orders twice, so its pages can't be told apart.",
            next_step="Report this to support; orders still arrive by webhook meanwhile.",
        )
