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
from connectors.base.contract import Record

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


def backwards(read: Read, resume_at: int | None = None) -> Iterator[tuple[Listing, int]]:
    """Every page from the last to the first, each with the number of the page to read next.

    That number is 0 after the first page; `resume_at` is such a number from an earlier reading.

    Raises: PermanentError when a later page is the same as an earlier one: page numbers have no
        effect then. Rows that leave never make it so, as they only move others forward.
    """
    number, listing = _last(read) if resume_at is None else (resume_at, read(resume_at))
    yield listing, number - 1
    while number > 1:
        number -= 1
        yield read(number), number - 1


def _last(read: Read) -> tuple[int, Listing]:
    """The number and content of the last page as of the moment it was read."""
    low, listing = 1, read(1)
    if not listing.more:
        return 1, listing
    high = 2
    while (following := read(high)).more and high < _MOST_PAGES:
        _must_differ(following, listing)
        low, high, listing = high, high * 2, following
    if following.records:
        _must_differ(following, listing)
        return high, following
    return _between(read, low, high, following)


def _between(read: Read, low: int, high: int, beyond: Listing) -> tuple[int, Listing]:
    """The last page, known to come after `low` and before the empty page `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        listing = read(middle)
        if listing.more:
            low = middle
        elif listing.records:
            return middle, listing
        else:
            high, beyond = middle, listing
    return high, beyond


def _must_differ(listing: Listing, before: Listing) -> None:
    if listing.records and listing.ids == before.ids:
        raise PermanentError(
            "toast.same_page_twice",
            "Toast sent the same page of orders twice, so its pages can't be told apart.",
            next_step="Report this to support; orders still arrive by webhook meanwhile.",
        )
