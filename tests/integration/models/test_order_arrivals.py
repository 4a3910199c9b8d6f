import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from models import Connection, Order
from models.session import unit_of_work
from rules.records import OrderRecord
from tests.factories import (
    at,
    connected,
    guest,
    partial,
    store,
)
from tests.integration.models.books import fresh, full_order, parts_of, row_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def test_a_partial_copy_never_erases_guest_or_outside_reference(connection: Connection) -> None:
    name = fresh()
    full = full_order(name, 1, customer=guest("ada", email="ada@x"), external_reference="web-7")
    store(connection, full)
    store(connection, partial(replace(full, version=at(2), lines=())))
    row = row_of(connection, name)
    assert (row["version"], row["total"]) == (at(2), 2)
    assert (row["guest"], row["email"], row["external_reference"]) == ("ada", "ada@x", "web-7")


def test_a_full_copy_completes_a_partial_one_of_the_same_version_but_not_the_reverse(
    connection: Connection,
) -> None:
    name = fresh()
    full = full_order(name, 1, customer=guest("bob"), external_reference="web-8")
    assert store(connection, partial(full)).stored == 1
    assert row_of(connection, name)["guest"] is None
    assert store(connection, full).stored == 1
    assert store(connection, partial(full)).stored == 0
    row = row_of(connection, name)
    assert (row["guest"], row["external_reference"], row["partial"]) == ("bob", "web-8", False)


def test_a_row_from_before_facts_had_versions_keeps_the_one_it_had(
    connection: Connection,
) -> None:
    name = fresh()
    first = full_order(name, 1, customer=guest("first"), external_reference="web-1")
    store(connection, first)
    forget = update(Order).where(Order.external_id == name)
    with unit_of_work() as session:
        session.execute(forget.values(customer_id_version=None, external_reference_version=None))
    store(connection, partial(full_order(name, 3)))
    late = full_order(name, 2, customer=guest("second"), external_reference="web-2")
    store(connection, late)
    row = row_of(connection, name)
    assert (row["version"], row["guest"]) == (at(3), "second")
    assert row["external_reference"] == "web-2"


def test_a_full_and_a_partial_copy_in_one_batch_end_as_the_full_one(
    connection: Connection,
) -> None:
    for flipped in (False, True):
        name = fresh()
        full = full_order(name, 1, customer=guest("cyd"))
        pair = [full, partial(full)]
        store(connection, *(reversed(pair) if flipped else pair))
        assert row_of(connection, name)["guest"] == "cyd"


@pytest.mark.parametrize("at_once", [True, False])
def test_an_older_full_copy_that_comes_late_still_tells_what_the_newer_left_out(
    connection: Connection, at_once: bool
) -> None:
    name = fresh()
    full = full_order(name, 1, customer=guest("late"), external_reference="web-10")
    copies = [partial(full_order(name, 2, state="open")), full]
    for batch in [copies] if at_once else [[copy] for copy in copies]:
        store(connection, *batch)
    row = row_of(connection, name)
    assert (row["version"], row["state"], row["partial"]) == (at(2), "open", True)
    assert (row["guest"], row["external_reference"]) == ("late", "web-10")
    store(connection, full_order(name, 0, customer=guest("earlier")))
    assert row_of(connection, name)["guest"] == "late"


_STATE = ("version", "partial", "total", "state", "guest", "external_reference", "invoice_state")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_order_of_arrival_does_not_matter(data: st.DataObject, connection: Connection) -> None:
    name = fresh()
    versions = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True))
    copies: list[OrderRecord] = []
    for version in versions:
        full = full_order(
            name,
            version,
            f"v{version}",
            state="open" if version % 2 else "closed",
            customer=guest("eve"),
            external_reference="web-9",
        )
        # What the platform delivers partially it also lists in full, sooner or later.
        copies += [full, *[partial(full)] * data.draw(st.integers(0, 2))]
    shuffled = data.draw(st.permutations(copies))
    cuts = data.draw(st.lists(st.integers(1, len(shuffled)), max_size=3))
    for batch in _cut(shuffled, cuts):
        store(connection, *batch)
    newest = max(copies, key=lambda copy: copy.version)
    row = row_of(connection, name)
    expected = (
        newest.version,
        False,
        18,
        newest.state,
        "eve",
        "web-9",
        "not due" if newest.state == "open" else "due",
    )
    assert tuple(row[column] for column in _STATE) == expected
    assert list(parts_of(connection, name).values()) == [2, 1, 1, 1, 1, 0]


def _cut(copies: Sequence[OrderRecord], cuts: Sequence[int]) -> list[Sequence[OrderRecord]]:
    edges = sorted({0, *cuts, len(copies)})
    return [copies[a:b] for a, b in pairwise(edges)]


def test_writers_at_once_on_the_same_orders_neither_deadlock_nor_lose(
    connection: Connection,
) -> None:
    names = [fresh() for _ in range(30)]
    writers, rounds = 6, 8
    gate = Barrier(writers)

    def write(writer: int) -> None:
        dice = random.Random(writer)
        for round_ in range(rounds):
            picked = dice.sample(names, 20)
            version = writer + writers * round_
            gate.wait()
            store(
                connection,
                *(
                    full_order(name, version, f"{version}", customer=guest(f"shared {name[-1]}"))
                    for name in picked
                ),
            )

    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write, writer) for writer in range(writers)]:
            done.result()
    newest: dict[str, int] = {}
    for writer in range(writers):
        dice = random.Random(writer)
        for round_ in range(rounds):
            for name in dice.sample(names, 20):
                newest[name] = max(newest.get(name, 0), writer + writers * round_)
    for name, version in newest.items():
        assert row_of(connection, name)["version"] == at(version)
        assert parts_of(connection, name)["order_lines"] == 2
