"""One page is stored while the next is read; their order, and what follows them, stay the same."""

from threading import Event
from typing import Any

import pytest

from connectors.base.contract import Page
from models import Connection, StreamCursor
from tasks.apply import Understood
from tasks.pull import Counts, Pull, Stored
from tasks.storing import storing

_SOON_S = 10.0


class Reader(Pull[StreamCursor]):
    """A pull without a platform or books: it notes what it is asked for."""

    def __init__(self, refused: int | None = None) -> None:
        super().__init__(Connection(), 1, "c", StreamCursor())
        self.refused = refused
        self.noted: list[str] = []
        self.read = [Event() for _ in range(5)]
        self.awaited: int | None = None

    def understand(self, page: Page) -> Understood:
        self.read[_number(page)].set()
        return Understood()

    def store(self, page: Page, understood: Understood, **changes: Any) -> Stored:
        if self.awaited is not None:
            assert self.read[self.awaited].wait(_SOON_S)
        if _number(page) == self.refused:
            raise LookupError
        self.noted.append(f"stored {_number(page)} {changes}" if changes else _stored(page))
        return Stored(Counts(read=1), ())

    def told(self, stored: Stored) -> None:
        super().told(stored)
        self.noted.append(f"told of {self.counts.read}")

    def signal(self) -> None:
        self.noted.append("signalled")


def _page(number: int) -> Page:
    return Page((), {"page": number}, done=False, watermark=None)


def _number(page: Page) -> int:
    return int(page.next["page"])


def _stored(page: Page) -> str:
    return f"stored {_number(page)}"


def _ignored(_: Counts) -> None:
    pass


def test_a_page_is_read_while_the_one_before_is_being_stored() -> None:
    reader = Reader()
    reader.awaited = 2
    with storing(reader, _ignored) as put:
        put(_page(1))
        put(_page(2))
    assert [note for note in reader.noted if note.startswith("stored")] == ["stored 1", "stored 2"]


def test_each_page_is_told_of_before_the_next_is_stored() -> None:
    reader, seen = Reader(), list[int]()
    with storing(reader, lambda counts: seen.append(counts.read)) as put:
        put(_page(1))
        put(_page(2), watermark=7)
    stored = ["stored 1", "told of 1", "stored 2 {'watermark': 7}", "told of 2"]
    assert reader.noted == [*stored, "signalled"]
    assert seen == [1, 2]


def test_no_page_is_stored_until_the_one_before_it_had_its_rest() -> None:
    reader, rested = Reader(), list[float]()

    def rest(worked_s: float) -> None:
        assert reader.read[2].wait(_SOON_S)
        rested.append(worked_s)
        reader.noted.append("rested")

    with storing(reader, _ignored, rest) as put:
        put(_page(1))
        put(_page(2))
    told = [note for note in reader.noted if not note.startswith("told")]
    assert told == ["stored 1", "rested", "stored 2", "rested", "signalled"]
    assert all(0 <= each < _SOON_S for each in rested)


def test_nothing_is_stored_after_a_page_that_was_not() -> None:
    reader = Reader(refused=2)
    with pytest.raises(LookupError), storing(reader, _ignored) as put:  # noqa: PT012 - one reading
        for number in (1, 2, 3, 4):
            put(_page(number))
    assert reader.noted == ["stored 1", "told of 1", "signalled"]


def test_the_last_page_is_waited_for_and_its_failure_heard() -> None:
    reader = Reader(refused=1)
    with pytest.raises(LookupError), storing(reader, _ignored) as put:
        put(_page(1))


def test_whoever_is_stopped_leaves_nothing_half_done_or_untold() -> None:
    reader = Reader()
    with pytest.raises(KeyboardInterrupt), storing(reader, _ignored) as put:  # noqa: PT012 - one reading
        put(_page(1))
        raise KeyboardInterrupt
    assert reader.noted == ["stored 1", "told of 1", "signalled"]
