"""Whatever happens while a stream is read, what is kept is what the platform holds."""

import pytest

from tasks import sync
from tests.conformance.live.reading import agree, cursors, read, read_well
from tests.conformance.live.stand import Stand, answering, on_page_one

pytestmark = pytest.mark.usefixtures("database")
# Past what any stream holds back.
_A_WHILE_S = 120.0


def test_all_of_it_is_read_page_by_page(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    read_well(stand, stream)
    agree(stand, stream)
    assert stand.kept(stream)
    # What is read again changes nothing.
    before = stand.kept(stream)
    stand.later(_A_WHILE_S)
    read_well(stand, stream)
    assert stand.kept(stream) == before


def test_whatever_happens_to_a_record_is_read(stand: Stand, stream: str) -> None:
    read_well(stand, stream)
    for happen in stand.happenings(stream).values():
        stand.later(_A_WHILE_S)
        before = stand.held(stream)
        happen()
        assert stand.held(stream) != before
        stand.later(_A_WHILE_S)
        read_well(stand, stream)
        agree(stand, stream)


def test_what_happens_while_it_is_read_is_not_lost(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    happenings = list(stand.happenings(stream).values())

    def happen(_: int) -> None:
        if happenings:
            happenings.pop(0)()

    with answering(stand, happen) as calls:
        # One that changes again and again may be left for later.
        read(stand, stream)
    assert calls() >= 1
    for left_over in happenings:
        left_over()
    stand.later(_A_WHILE_S)
    read_well(stand, stream)
    agree(stand, stream)


def test_one_reader_at_a_time(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    (first, *_) = cursors(stand, stream)
    others: list[object] = []

    def read_too(number: int) -> None:
        if number == 1:
            others.append(sync.run(first))

    with answering(stand, read_too):
        read_well(stand, stream)
    assert others == [None]
    agree(stand, stream)


@pytest.mark.parametrize("ahead_s", [-600.0, 600.0])
def test_clocks_that_differ_lose_nothing(stand: Stand, stream: str, ahead_s: float) -> None:
    stand.later(ahead_s)
    stand.fill(stream)
    read_well(stand, stream)
    happen = next(iter(stand.happenings(stream).values()))
    stand.later(_A_WHILE_S)
    happen()
    stand.later(_A_WHILE_S)
    read_well(stand, stream)
    agree(stand, stream)


def test_a_page_that_is_the_same_for_ever_ends_the_reading(stand: Stand, stream: str) -> None:
    stand.fill(stream)
    with on_page_one(stand), answering(stand, lambda _: None) as calls:
        read(stand, stream)
    assert calls() < 100
    # Once pages can be told apart again, it is read as if nothing had been.
    stand.later(_A_WHILE_S)
    read_well(stand, stream)
    agree(stand, stream)
