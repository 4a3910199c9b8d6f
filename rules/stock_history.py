"""How an item's stock went: words of it in any order become runs of one state each.

Words come late and twice: a delivery that is sent again tells of before what a reading told
meanwhile. Each instant that a delivery told of is kept with its run, so that whatever comes later
finds its place; of readings, which tell the same over and over and come in order, only the last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Final

# Before anybody told: an item that nobody speaks of is in stock.
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
# A platform that announces the same state without end must not fill a row.
MOST_TOLD = 64
_IN_STOCK: Final = "in stock"
_RANKS = {"out of stock": 0, "low": 1, _IN_STOCK: 2}


@dataclass(frozen=True, slots=True)
class StockWord:
    """What was told of an item as of `at`, by the platform's clock; `announced`, by a delivery."""

    at: datetime
    status: str
    quantity: Decimal | None
    announced: bool


@dataclass(frozen=True, slots=True)
class StockRun:
    """A time of one state, told as of `since` first and as of `until` last.

    `announced`: its beginning was told by a delivery. `told` are the instants after it of which
    deliveries told the same.
    """

    since: datetime
    until: datetime
    status: str
    quantity: Decimal | None
    announced: bool = False
    told: tuple[datetime, ...] = ()

    @property
    def state(self) -> tuple[str, Decimal | None]:
        """Status and quantity."""
        return self.status, self.quantity


def unspoken(until: datetime | None = None, told: Iterable[datetime] = ()) -> StockRun:
    """The run of an item before its stock changed first, known to be in stock `until` then."""
    return StockRun(BEGINNING, until or BEGINNING, _IN_STOCK, None, told=tuple(told))


def learned(runs: Sequence[StockRun], word: StockWord) -> list[StockRun]:
    """`runs`, oldest first, with one more word; the same word again changes nothing.

    Of two words as of the same instant the one that tells of less stands, and any that is
    known rather than one that isn't.
    """
    words: dict[datetime, StockWord] = {}
    for each in (*_words(runs), word):
        other = words.get(each.at)
        words[each.at] = each if other is None else min(each, other, key=_how_much)
    ordered = sorted(words.values(), key=lambda each: each.at)
    states = groupby(ordered, key=lambda each: (each.status, each.quantity))
    return [_run(list(some)) for _, some in states]


def _words(runs: Iterable[StockRun]) -> Iterator[StockWord]:
    for run in runs:
        yield StockWord(run.since, *run.state, run.announced)
        for at in run.told:
            yield StockWord(at, *run.state, announced=True)
        if run.until > max(run.told, default=run.since):
            yield StockWord(run.until, *run.state, announced=False)


def _run(words: Sequence[StockWord]) -> StockRun:
    first, last = words[0], words[-1]
    told = tuple(word.at for word in words[1:] if word.announced)[-MOST_TOLD:]
    return StockRun(first.at, last.at, first.status, first.quantity, first.announced, told)


def _how_much(word: StockWord) -> tuple[int, str, bool, Decimal, bool]:
    quantity = word.quantity
    rank = _RANKS.get(word.status, len(_RANKS))
    return rank, word.status, quantity is None, quantity or Decimal(0), not word.announced
