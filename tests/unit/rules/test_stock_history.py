"""How an item's stock went, from words in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rules.stock_history import MOST_TOLD, StockRun, StockWord, learned, unspoken

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATES = [("out of stock", None), ("low", Decimal(2)), ("low", Decimal(1)), ("in stock", None)]
STATES += [("RESERVED", None), ("SOON", None)]

words = st.builds(
    lambda minutes, state: StockWord(NOON + timedelta(minutes=minutes), *state, announced=True),
    st.integers(0, 12),
    st.sampled_from(STATES),
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def word(
    minutes: float, status: str, quantity: int | None = None, *, announced: bool = True
) -> StockWord:
    return StockWord(
        at(minutes), status, None if quantity is None else Decimal(quantity), announced
    )


def history(some: Sequence[StockWord]) -> list[StockRun]:
    runs = [unspoken()]
    for each in some:
        runs = learned(runs, each)
    return runs


def told(runs: Sequence[StockRun]) -> list[tuple[datetime, str]]:
    return [(run.since, run.status) for run in runs[1:]]


def test_the_same_state_told_twice_is_one_run() -> None:
    runs = history([word(1, "out of stock"), word(5, "out of stock"), word(1, "out of stock")])
    assert runs[1:] == [StockRun(at(1), at(5), "out of stock", None, True, (at(5),))]


def test_readings_of_the_same_leave_their_first_and_their_last() -> None:
    runs = history([word(minute, "out of stock", announced=False) for minute in range(1, 9)])
    assert runs[1:] == [StockRun(at(1), at(8), "out of stock", None)]


def test_a_run_holds_so_many_instants_at_most() -> None:
    runs = history([word(minute, "out of stock") for minute in range(200)])
    assert (runs[1].since, runs[1].until, len(runs[1].told)) == (at(0), at(199), MOST_TOLD)


def test_an_item_that_is_told_of_as_in_stock_first_never_changed() -> None:
    assert told(history([word(1, "in stock")])) == []


def test_a_late_word_splits_a_run() -> None:
    runs = history([word(1, "out of stock"), word(9, "out of stock"), word(4, "low", 2)])
    assert told(runs) == [(at(1), "out of stock"), (at(4), "low"), (at(9), "out of stock")]


def test_a_late_word_of_the_same_state_begins_a_run_earlier() -> None:
    assert told(history([word(9, "out of stock"), word(4, "out of stock")])) == [
        (at(4), "out of stock")
    ]


def test_of_two_words_at_one_instant_the_lesser_stands() -> None:
    for some in ([word(1, "low", 2), word(1, "out of stock")], [word(1, "low", 2), word(1, "low")]):
        assert history(some) == history(some[::-1])
    assert history([word(1, "low", 2), word(1, "low", 1)])[-1].quantity == 1


@given(st.lists(words, max_size=10), st.data())
def test_any_order_and_repetition_of_deliveries_end_the_same(
    some: list[StockWord], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(some), max_size=4)) if some else []
    mixed = data.draw(st.permutations([*some, *again]))
    assert history(mixed) == history(some)


@given(st.lists(words, max_size=10, unique_by=lambda word: word.at))
def test_a_history_is_the_distinct_states_by_instant(some: list[StockWord]) -> None:
    expected, state = [], unspoken().state
    for each in sorted(some, key=lambda word: word.at):
        if (each.status, each.quantity) != state:
            state = each.status, each.quantity
            expected.append((each.at, *state))
    assert [(run.since, *run.state) for run in history(some)[1:]] == expected


@given(st.lists(words, max_size=6), st.lists(words, max_size=6), st.data())
def test_deliveries_anywhere_between_readings_end_in_the_newest_state(
    announced: list[StockWord], read: list[StockWord], data: st.DataObject
) -> None:
    in_order = [replace(each, announced=False) for each in sorted(read, key=lambda word: word.at)]
    mixed = in_order
    for each in announced:
        place = data.draw(st.integers(0, len(mixed)))
        mixed = [*mixed[:place], each, *mixed[place:]]
    runs, expected = history(mixed), history([*in_order, *announced])
    assert (runs[-1].state, runs[-1].until) == (expected[-1].state, expected[-1].until)
    assert all(a.state != b.state and a.until < b.since for a, b in pairwise(runs))
    spoken = {(each.at, each.status, each.quantity) for each in mixed}
    assert {(run.since, *run.state) for run in runs[1:]} <= spoken
