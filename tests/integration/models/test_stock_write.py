"""Stock: levels and their history."""

import threading
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.base.contract import Record
from models import Connection, Location, StockChange, StockLevel, locations
from models.particulars import Told
from models.session import DatabaseBusyError, unit_of_work
from tasks import particulars
from tests.factories import at, connected
from tests.telling import listed, place_id, stock, tell

pytestmark = pytest.mark.usefixtures("database")

STATES = [("out of stock", None), ("low", "2"), ("in stock", "8"), ("RESERVED", None)]
STATES += [("SOON", "2"), ("in stock", None)]


def levels(till: Connection) -> list[tuple[Any, ...]]:
    query = select(
        StockLevel.item_external_id,
        StockLevel.status,
        StockLevel.quantity,
        StockLevel.version,
        StockLevel.changed_at,
    ).where(StockLevel.organization_id == till.organization_id)
    with unit_of_work() as session:
        return [tuple(row) for row in session.execute(query.order_by(StockLevel.item_external_id))]


def changes(till: Connection) -> list[tuple[Any, ...]]:
    columns = (StockChange.status_before, StockChange.status, StockChange.quantity, StockChange.at)
    query = (
        select(*columns, StockChange.source)
        .where(StockChange.organization_id == till.organization_id)
        .order_by(StockChange.item_external_id, StockChange.at)
    )
    with unit_of_work() as session:
        return [tuple(row) for row in session.execute(query)]


def test_each_change_is_kept_with_what_was_before() -> None:
    till = connected()
    assert tell(till, stock(at(0), "low", "3")) == 1
    assert tell(till, stock(at(1), "low", "2"), stock(at(2))) == 2
    assert levels(till) == [("rice", "out of stock", None, at(2), at(2))]
    assert changes(till) == [
        ("in stock", "low", Decimal(3), at(0), "delivery"),
        ("low", "low", Decimal(2), at(1), "delivery"),
        ("low", "out of stock", None, at(2), "delivery"),
    ]


def test_the_same_twice_or_by_delivery_and_reading_is_one_change() -> None:
    till = connected()
    assert tell(till, stock(at(1))) == 1
    assert tell(till, stock(at(1))) == 0
    assert tell(till, stock(at(1)), stock(at(1))) == 0
    listed(till, "stock", at(5), stock(at(5)))
    assert changes(till) == [("in stock", "out of stock", None, at(1), "delivery")]
    assert levels(till) == [("rice", "out of stock", None, at(5), at(1))]


def test_an_older_word_changes_no_level_but_stands_in_the_history() -> None:
    till = connected()
    listed(till, "stock", at(5), stock(at(5)))
    assert tell(till, stock(at(3), "low", "1")) == 1
    assert levels(till) == [("rice", "out of stock", None, at(5), at(5))]
    assert changes(till) == [
        ("in stock", "low", Decimal(1), at(3), "delivery"),
        ("low", "out of stock", None, at(5), "reading"),
    ]


def test_what_a_listing_leaves_out_is_in_stock_again() -> None:
    till = connected()
    tell(till, stock(at(0)), stock(at(0), "in stock", "9", "yam"), stock(at(9), item="bean"))
    assert listed(till, "stock", at(5), stock(at(5), item="rice")) == 1
    assert levels(till) == [
        ("bean", "out of stock", None, at(9), at(9)),
        ("rice", "out of stock", None, at(5), at(0)),
        ("yam", "in stock", None, at(5), at(5)),
    ]
    assert listed(till, "stock", at(5), stock(at(5), item="rice")) == 0
    assert changes(till)[-1] == ("in stock", "in stock", None, at(5), "reading")


def test_a_state_that_is_not_known_is_kept_until_another_is_told() -> None:
    till = connected()
    listed(till, "stock", at(1), stock(at(1), "RESERVED\0"))
    listed(till, "stock", at(2), stock(at(2), "RESERVED\0"))
    ((_, kept, *_),) = levels(till)
    assert kept.startswith("RESERVED")
    listed(till, "stock", at(3))
    assert [(before, then) for before, then, *_ in changes(till)] == [
        ("in stock", kept),
        (kept, "in stock"),
    ]


def test_a_word_that_comes_after_a_listing_without_it_is_history() -> None:
    till = connected()
    listed(till, "stock", at(5), stock(at(5), item="yam"))
    tell(till, stock(at(3)))
    assert levels(till)[0] == ("rice", "in stock", None, at(5), at(5))
    assert [change[:2] for change in changes(till)[:2]] == [
        ("in stock", "out of stock"),
        ("out of stock", "in stock"),
    ]


def test_a_listing_of_one_place_says_nothing_of_another() -> None:
    till = connected(places=("site-1", "site-2"))
    tell(till, stock(at(0), place="site-2"))
    assert listed(till, "stock", at(5), stock(at(5), item="yam")) == 0
    assert ("rice", "out of stock", None, at(0), at(0)) in levels(till)


def test_stock_moves_no_facts_version() -> None:
    till = connected()
    tell(till, stock())
    with unit_of_work() as session:
        query = select(Location.facts_version).where(Location.connection_id == till.id)
        assert session.scalars(query).one() == 0


def test_what_the_database_cannot_hold_is_replaced_and_found_again() -> None:
    till = connected()
    assert tell(till, stock(item="ri\x00ce")) == 1
    assert tell(till, stock(item="ri\x00ce")) == 0
    assert [row[0] for row in levels(till)] == ["ri\ufffdce"]


def test_more_decimals_than_are_kept_make_no_change_each_time() -> None:
    till = connected()
    assert tell(till, stock(at(0), "low", "0.3333333333")) == 1
    assert tell(till, stock(at(1), "low", "0.3333333333")) == 0


Words = list[tuple[str, int, tuple[str, str | None]]]
words = st.lists(
    st.tuples(st.sampled_from(["rice", "yam"]), st.integers(0, 8), st.sampled_from(STATES)),
    max_size=10,
    unique_by=lambda word: word[:2],
)


@settings(max_examples=30)
@given(words, st.data(), st.integers(1, 4))
def test_any_order_repetition_and_batching_ends_in_the_same_rows(
    some: Words, data: st.DataObject, size: int
) -> None:
    told = [stock(at(minute), *state, item=name) for name, minute, state in some]
    mixed = data.draw(st.permutations([*told, *told[:3]]))
    till = connected()
    for start in range(0, len(mixed), size):
        tell(till, *mixed[start : start + size])
    assert [(row[3], *row[1:3]) for row in changes(till)] == _distinct(some)
    assert [row[:4] for row in levels(till)] == _newest(some)


def _distinct(some: Words) -> list[tuple[Any, ...]]:
    """The states of each item by instant, each that differs from the one before."""
    found: list[tuple[Any, ...]] = []
    before: dict[str, tuple[str, str | None]] = {}
    for name, minute, state in sorted(some, key=lambda word: word[:2]):
        if before.get(name, STATES[-1]) != state:
            found.append((at(minute), state[0], state[1] and Decimal(state[1])))
        before[name] = state
    return found


def _newest(some: Words) -> list[tuple[Any, ...]]:
    last = {name: (at(minute), state) for name, minute, state in sorted(some, key=lambda w: w[:2])}
    return [
        (name, state[0], state[1] and Decimal(state[1]), when)
        for name, (when, state) in sorted(last.items())
    ]


def test_batches_in_opposite_order_wait_for_each_other_in_no_circle() -> None:
    till = connected(places=("site-1", "site-2"))
    start = threading.Barrier(2)
    failed: list[BaseException] = []

    def run(places: tuple[str, ...], minute: int) -> None:
        try:
            for n in range(10):
                start.wait(20)
                items = [f"i{number}" for number in range(5)]
                when = at(minute + 2 * n)
                state = STATES[(minute + n) % 3]
                tell(till, *(stock(when, *state, item=i, place=p) for p in places for i in items))
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)
            start.abort()

    threads = [
        threading.Thread(target=run, args=(("site-1", "site-2"), 0)),
        threading.Thread(target=run, args=(("site-2", "site-1"), 1)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    instants: list[datetime] = [row[3] for row in levels(till)]
    assert instants == [at(19)] * 10


def test_a_place_that_is_held_holds_up_its_own_records_and_no_other() -> None:
    till = connected(places=("site-1", "site-2"))
    both = [stock(at(0)), stock(at(0), item="yam", place="site-2")]
    with unit_of_work() as holder:
        locations.hold(holder, [place_id(till)])
        with unit_of_work(lock_wait_s=0.05) as session:
            places = locations.locations_of(session, till, {"site-1", "site-2"})
            read = [(Record("stock", noun.item_id, b"{}"), noun) for noun in both]
            done = particulars.write(session, till, places, read, Told(), past_held=True)
        assert (done.stored, [record.id for record in done.held]) == (1, ["rice"])
        with pytest.raises(DatabaseBusyError), unit_of_work(lock_wait_s=0.05) as session:
            particulars.write(session, till, places, read, Told())
    assert [row[0] for row in levels(till)] == ["yam"]
    assert tell(till, *both) == 1
