"""Configuration, cash and openings of locations: stored once, in any order."""

import logging
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import CashEntry, Configured, Connection, Location
from models.session import unit_of_work
from rules.facts import OpeningRecord
from tests.factories import PLACE, at, connected
from tests.telling import cash, configured, listed, tell

pytestmark = pytest.mark.usefixtures("database")


def rows(till: Connection, table: Any, *columns: Any) -> list[tuple[Any, ...]]:
    query = select(*columns).where(table.organization_id == till.organization_id).order_by(*columns)
    with unit_of_work() as session:
        return [tuple(row) for row in session.execute(query)]


def set_up(till: Connection) -> list[tuple[Any, ...]]:
    return rows(till, Configured, Configured.name, Configured.removed_at)


def facts_version(till: Connection) -> int:
    return int(rows(till, Location, Location.facts_version)[0][0])


def test_what_is_set_up_is_stored_once_and_moves_the_facts_only_when_it_changes() -> None:
    till = connected()
    assert tell(till, configured(), configured("d2", "Take out"), listed_at=at(0)) == 2
    moved = facts_version(till)
    assert tell(till, configured(), configured("d2", "Take out"), listed_at=at(1)) == 0
    assert facts_version(till) == moved
    assert tell(till, configured("d1", "At the table"), listed_at=at(2)) == 1
    assert facts_version(till) == moved + 1
    assert tell(till, configured("d1", "At the table", behavior="DINE_IN"), listed_at=at(3)) == 1
    assert [name for name, _ in set_up(till)] == ["At the table", "Take out"]


def test_an_older_listing_changes_nothing() -> None:
    till = connected()
    tell(till, configured(name="New"), listed_at=at(5))
    assert tell(till, configured(name="Old"), listed_at=at(4)) == 0
    assert set_up(till) == [("New", None)]


def test_what_a_listing_leaves_out_is_removed_and_comes_back() -> None:
    till = connected()
    listed(till, "configuration", at(0), configured(), configured("d2", "Take out"))
    moved = facts_version(till)
    assert listed(till, "configuration", at(5), configured()) == 1
    assert set_up(till) == [("Dine in", None), ("Take out", at(5))]
    assert facts_version(till) == moved + 1
    assert tell(till, configured("d2", "Take out"), listed_at=at(4)) == 0
    assert set_up(till)[1] == ("Take out", at(5))
    assert listed(till, "configuration", at(6), configured(), configured("d2", "Take out")) == 0
    assert set_up(till)[1] == ("Take out", None)
    assert facts_version(till) == moved + 2


def test_one_thing_twice_in_a_batch_stands_as_told_last() -> None:
    till = connected()
    assert tell(till, configured(name="First"), configured(name="Last"), listed_at=at(0)) == 1
    assert set_up(till) == [("Last", None)]


def test_cash_is_stored_once() -> None:
    till = connected()
    deposit = cash("d1", "250.00", kind="deposit", type=None, undoes_id="d0")
    entry = cash(reason="Ice", at=at(3), drawer_id="k1", reason_id="r1")
    assert tell(till, entry, deposit, listed_at=at(0)) == 2
    assert tell(till, entry, deposit, listed_at=at(1)) == 0
    columns = (CashEntry.kind, CashEntry.external_id, CashEntry.amount, CashEntry.at)
    assert rows(till, CashEntry, *columns) == [
        ("deposit", "d1", Decimal(250), None),
        ("entry", "e1", Decimal(-5), at(3)),
    ]
    assert rows(till, CashEntry, CashEntry.undoes_external_id, CashEntry.reason) == [
        ("d0", None),
        (None, "Ice"),
    ]


def test_an_entry_that_moves_to_another_day_is_said_in_the_log(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    till = connected()
    tell(till, cash(), listed_at=at(0))
    with caplog.at_level(logging.WARNING):
        assert tell(till, cash(business_date=date(2026, 3, 2)), listed_at=at(1)) == 1
        assert tell(till, cash(), listed_at=at(0)) == 0
    said = caplog.text + "".join(capsys.readouterr())
    assert "cash moved to another business date" in said
    assert rows(till, CashEntry, CashEntry.business_date) == [(date(2026, 3, 2),)]


def opening(minute: int, *, is_open: bool | None, reason: str | None = None) -> OpeningRecord:
    return OpeningRecord(PLACE, at(minute), is_open, reason)


def taking(till: Connection) -> list[tuple[Any, ...]]:
    columns = (Location.taking_orders, Location.taking_orders_reason)
    return rows(till, Location, *columns, Location.taking_orders_version)


def test_a_place_opens_and_closes() -> None:
    till = connected()
    assert taking(till) == [(None, None, None)]
    assert tell(till, opening(1, is_open=False, reason="Printer")) == 1
    assert tell(till, opening(2, is_open=False, reason="Printer")) == 0
    moved = facts_version(till)
    assert tell(till, opening(1, is_open=True)) == 0
    assert taking(till) == [(False, "Printer", at(2))]
    assert facts_version(till) == moved == 1


def test_a_place_says_what_is_not_known() -> None:
    till = connected()
    tell(till, opening(1, is_open=True))
    assert tell(till, opening(2, is_open=None, reason="HALF_OPEN")) == 1
    assert taking(till) == [(None, "HALF_OPEN", at(2))]
    assert tell(till, opening(2, is_open=False), opening(2, is_open=None, reason="X")) == 1
    assert taking(till) == [(False, None, at(2))]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from([True, False, None])), min_size=1, max_size=6
    ),
    st.data(),
)
def test_openings_in_any_order_end_the_same(
    words: list[tuple[int, bool | None]], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*words, *words[:2]]))
    till = connected()
    for start in range(0, len(mixed), 2):
        tell(till, *(opening(n, is_open=word) for n, word in mixed[start : start + 2]))
    newest, is_known, is_closed = max((m, word is not None, not word) for m, word in words)
    assert taking(till) == [(not is_closed if is_known else None, None, at(newest))]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["a", "b"])),
        unique_by=lambda each: each[0],
        max_size=5,
    ),
    st.data(),
)
def test_listings_in_any_order_end_with_the_newest_names(
    names: list[tuple[int, str]], data: st.DataObject
) -> None:
    till = connected()
    for minute, name in data.draw(st.permutations([*names, *names[:2]])):
        tell(till, configured(name=name), cash(reason=name), listed_at=at(minute))
    newest = [max(names)[1]] if names else []
    assert [name for name, _ in set_up(till)] == newest
    assert [reason for (reason,) in rows(till, CashEntry, CashEntry.reason)] == newest


def test_records_of_every_kind_in_one_batch() -> None:
    till = connected()
    assert tell(till, configured(), cash(), opening(1, is_open=True)) == 3
    assert facts_version(till) == 2
