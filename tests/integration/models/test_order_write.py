import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import count, pairwise
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import Connection
from models.order_write import Arrival
from models.session import unit_of_work
from rules.records import OrderRecord
from tests.factories import (
    arrival,
    at,
    charge,
    connected,
    discount,
    guest,
    line,
    order,
    partial,
    payment,
    store,
    tax,
)

pytestmark = pytest.mark.usefixtures("database")

_PARTS = ("order_lines", "order_discounts", "order_charges", "order_taxes", "payments", "refunds")
_numbers = count(1)


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def _row(connection: Connection, external_id: str) -> dict[str, Any]:
    with unit_of_work() as session:
        return dict(
            session.execute(
                text(
                    "SELECT o.*, c.external_id AS guest, c.email FROM orders o "
                    "LEFT JOIN customers c ON c.id = o.customer_id "
                    "WHERE o.connection_id = :c AND o.external_id = :e"
                ),
                {"c": connection.id, "e": external_id},
            )
            .mappings()
            .one()
        )


def _parts(connection: Connection, external_id: str) -> dict[str, int]:
    order_id = _row(connection, external_id)["id"]
    with unit_of_work() as session:
        return {
            table: session.scalar(
                text(f"SELECT count(*) FROM {table} WHERE order_id = :id"), {"id": order_id}
            )
            for table in _PARTS
        }


def _fresh() -> str:
    return f"order-{next(_numbers)}"


def _full(external_id: str, version: float, name: str = "Soup", **facts: Any) -> OrderRecord:
    return order(
        external_id,
        at(version),
        lines=(line("l1", "10.00", "1.00", name=name), line("l2", "5.00")),
        discounts=(discount(),),
        charges=(charge(),),
        taxes=(tax("1.00", line_id="l1"),),
        payments=(payment(),),
        **facts,
    )


def test_a_stored_order_has_its_totals_its_parts_and_its_vendors_record(
    connection: Connection,
) -> None:
    name = _fresh()
    written = store(connection, arrival(_full(name, 1), b'{"guid":"x"}'))
    row = _row(connection, name)
    assert (written.stored, written.ignored, written.due) == (1, 0, [row["id"]])
    assert (row["net"], row["tax"], row["total"]) == (17, 1, 18)
    assert (row["discounts"], row["charges"], row["paid"]) == (1, 2, 10)
    assert (row["currency"], row["invoice_state"]) == ("GBP", "due")
    assert row["vendor"] == '{"guid":"x"}'
    assert row["organization_id"] == connection.organization_id
    assert list(_parts(connection, name).values()) == [2, 1, 1, 1, 1, 0]


def test_a_newer_copy_wins_and_its_parts_replace_the_old_ones(connection: Connection) -> None:
    name = _fresh()
    store(connection, _full(name, 1))
    written = store(connection, order(name, at(2), lines=(line("l9", "3.00"),)))
    assert (written.stored, written.ignored) == (1, 0)
    assert _row(connection, name)["total"] == 3
    assert list(_parts(connection, name).values()) == [1, 0, 0, 0, 0, 0]


def test_an_older_copy_is_counted_and_ignored(connection: Connection) -> None:
    name = _fresh()
    store(connection, _full(name, 2))
    written = store(connection, order(name, at(1), lines=()))
    assert (written.stored, written.ignored, written.due) == (0, 1, [])
    assert _row(connection, name)["total"] == 18
    assert _parts(connection, name)["order_lines"] == 2


def test_an_equal_version_with_other_content_replaces(connection: Connection) -> None:
    name = _fresh()
    store(connection, _full(name, 1))
    written = store(connection, _full(name, 1, lines_name := "Stew"))
    assert (written.stored, written.ignored) == (1, 0)
    with unit_of_work() as session:
        found = session.scalars(
            text("SELECT name FROM order_lines WHERE order_id = :id ORDER BY position, id"),
            {"id": _row(connection, name)["id"]},
        ).all()
    assert lines_name in found
    assert len(found) == 2


def test_the_very_same_copy_again_changes_nothing(connection: Connection) -> None:
    name = _fresh()
    store(connection, _full(name, 1))
    before = _row(connection, name)
    written = store(connection, _full(name, 1))
    assert (written.stored, written.ignored) == (0, 1)
    assert _row(connection, name) == before
    assert _parts(connection, name)["order_lines"] == 2


def test_one_batch_with_many_copies_keeps_the_newest_and_counts_the_rest(
    connection: Connection,
) -> None:
    name = _fresh()
    copies = [_full(name, version, f"v{version}") for version in (3, 1, 5, 2, 5)]
    written = store(connection, *copies)
    assert (written.stored, written.ignored) == (1, 4)
    assert _row(connection, name)["version"] == at(5)
    assert _parts(connection, name)["order_lines"] == 2


def test_a_partial_copy_never_erases_guest_or_outside_reference(connection: Connection) -> None:
    name = _fresh()
    full = _full(name, 1, customer=guest("ada", email="ada@x"), external_reference="web-7")
    store(connection, full)
    store(connection, partial(replace(full, version=at(2), lines=())))
    row = _row(connection, name)
    assert (row["version"], row["total"]) == (at(2), 2)
    assert (row["guest"], row["email"], row["external_reference"]) == ("ada", "ada@x", "web-7")


def test_a_full_copy_completes_a_partial_one_of_the_same_version_but_not_the_reverse(
    connection: Connection,
) -> None:
    name = _fresh()
    full = _full(name, 1, customer=guest("bob"), external_reference="web-8")
    assert store(connection, partial(full)).stored == 1
    assert _row(connection, name)["guest"] is None
    assert store(connection, full).stored == 1
    assert store(connection, partial(full)).stored == 0
    row = _row(connection, name)
    assert (row["guest"], row["external_reference"], row["partial"]) == ("bob", "web-8", False)


def test_a_full_and_a_partial_copy_in_one_batch_end_as_the_full_one(
    connection: Connection,
) -> None:
    for flipped in (False, True):
        name = _fresh()
        full = _full(name, 1, customer=guest("cyd"))
        pair = [full, partial(full)]
        store(connection, *(reversed(pair) if flipped else pair))
        assert _row(connection, name)["guest"] == "cyd"


@pytest.mark.parametrize("at_once", [True, False])
def test_an_older_full_copy_that_comes_late_still_tells_what_the_newer_left_out(
    connection: Connection, at_once: bool
) -> None:
    name = _fresh()
    full = _full(name, 1, customer=guest("late"), external_reference="web-10")
    copies = [partial(_full(name, 2, state="open")), full]
    for batch in [copies] if at_once else [[copy] for copy in copies]:
        store(connection, *batch)
    row = _row(connection, name)
    assert (row["version"], row["state"], row["partial"]) == (at(2), "open", True)
    assert (row["guest"], row["external_reference"]) == ("late", "web-10")
    store(connection, _full(name, 0, customer=guest("earlier")))
    assert _row(connection, name)["guest"] == "late"


def test_a_guests_facts_that_a_copy_leaves_out_are_kept(connection: Connection) -> None:
    store(connection, _full(_fresh(), 1, customer=guest("dee", email="dee@x", phone="1")))
    store(connection, _full(name := _fresh(), 1, customer=guest("dee", first_name="Dee")))
    assert _row(connection, name)["email"] == "dee@x"


_STATE = ("version", "partial", "total", "state", "guest", "external_reference", "invoice_state")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_order_of_arrival_does_not_matter(data: st.DataObject, connection: Connection) -> None:
    name = _fresh()
    versions = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True))
    copies: list[OrderRecord] = []
    for version in versions:
        full = _full(
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
    row = _row(connection, name)
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
    assert list(_parts(connection, name).values()) == [2, 1, 1, 1, 1, 0]


def _cut(copies: Sequence[OrderRecord], cuts: Sequence[int]) -> list[Sequence[OrderRecord]]:
    edges = sorted({0, *cuts, len(copies)})
    return [copies[a:b] for a, b in pairwise(edges)]


def test_writers_at_once_on_the_same_orders_neither_deadlock_nor_lose(
    connection: Connection,
) -> None:
    names = [_fresh() for _ in range(30)]
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
                    _full(name, version, f"{version}", customer=guest(f"shared {name[-1]}"))
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
        assert _row(connection, name)["version"] == at(version)
        assert _parts(connection, name)["order_lines"] == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("half \ud83c of a pair", "half \ufffd of a pair"),
        ("tab\tline\nback\\slash\r", "tab\tline\nback\\slash\r"),
        ("\\N", "\\N"),
        ("\\.", "\\."),
        ("", ""),
        ("Ọ̀kà 🍲 \u2028 ‮ \x1f'\";--", "Ọ̀kà 🍲 \u2028 ‮ \x1f'\";--"),
    ],
)
def test_any_text_a_till_can_send_is_stored(connection: Connection, sent: str, kept: str) -> None:
    name = _fresh()
    neighbour = _fresh()
    record = _full(name, 1, source=sent, external_reference=sent, customer=guest("f", email="f"))
    store(connection, record, _full(neighbour, 1))
    row = _row(connection, name)
    assert (row["source"], row["external_reference"]) == (kept, kept)
    assert _row(connection, neighbour)["total"] == 18


def test_a_vendors_bytes_that_are_no_text_do_not_stop_the_order(connection: Connection) -> None:
    name = _fresh()
    store(connection, Arrival(_full(name, 1), b'{"guid": "x", "odd": "\xff\xfe"}', "c"))
    assert _row(connection, name)["vendor"] == '{"guid": "x", "odd": "\ufffd\ufffd"}'


def test_amounts_are_exact_in_the_database(connection: Connection) -> None:
    name = _fresh()
    store(connection, order(name, lines=(line("a", "0.1"), line("b", "0.2"), line("c", "0.7"))))
    assert _row(connection, name)["net"] == Decimal("1.0000")


def test_one_merchants_orders_are_no_others(connection: Connection) -> None:
    other, name = connected(), _fresh()
    store(connection, _full(name, 2))
    assert store(other, _full(name, 1)).stored == 1
    assert _row(connection, name)["version"] == at(2)
    assert _row(other, name)["organization_id"] == other.organization_id


def test_a_batch_of_nothing_is_nothing(connection: Connection) -> None:
    assert store(connection).stored == 0
