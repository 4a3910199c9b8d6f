from decimal import Decimal

import pytest
from sqlalchemy import text

from models import Connection
from models.order_row import Arrival
from models.session import unit_of_work
from tests.factories import (
    arrival,
    at,
    connected,
    guest,
    line,
    order,
    store,
)
from tests.integration.models.books import fresh, full_order, parts_of, row_of

pytestmark = pytest.mark.usefixtures("database")


def test_a_stored_order_has_its_totals_its_parts_and_its_vendors_record(
    connection: Connection,
) -> None:
    name = fresh()
    written = store(connection, arrival(full_order(name, 1), b'{"guid":"x"}'))
    row = row_of(connection, name)
    assert (written.stored, written.ignored, list(written.due)) == (1, 0, [row["id"]])
    assert (row["net"], row["tax"], row["total"]) == (17, 1, 18)
    assert (row["discounts"], row["charges"], row["paid"]) == (1, 2, 10)
    assert (row["currency"], row["invoice_state"]) == ("GBP", "due")
    assert row["vendor"] == '{"guid":"x"}'
    assert row["organization_id"] == connection.organization_id
    assert list(parts_of(connection, name).values()) == [2, 1, 1, 1, 1, 0]


def test_a_newer_copy_wins_and_its_parts_replace_the_old_ones(connection: Connection) -> None:
    name = fresh()
    store(connection, full_order(name, 1))
    written = store(connection, order(name, at(2), lines=(line("l9", "3.00"),)))
    assert (written.stored, written.ignored) == (1, 0)
    assert row_of(connection, name)["total"] == 3
    assert list(parts_of(connection, name).values()) == [1, 0, 0, 0, 0, 0]


def test_an_older_copy_is_counted_and_ignored(connection: Connection) -> None:
    name = fresh()
    store(connection, full_order(name, 2))
    written = store(connection, order(name, at(1), lines=()))
    assert (written.stored, written.ignored, list(written.due)) == (0, 1, [])
    assert row_of(connection, name)["total"] == 18
    assert parts_of(connection, name)["order_lines"] == 2


def test_an_equal_version_with_other_content_replaces(connection: Connection) -> None:
    name = fresh()
    store(connection, full_order(name, 1))
    written = store(connection, full_order(name, 1, lines_name := "Stew"))
    assert (written.stored, written.ignored) == (1, 0)
    with unit_of_work() as session:
        found = session.scalars(
            text("SELECT name FROM order_lines WHERE order_id = :id ORDER BY position, id"),
            {"id": row_of(connection, name)["id"]},
        ).all()
    assert lines_name in found
    assert len(found) == 2


def test_the_very_same_copy_again_changes_nothing(connection: Connection) -> None:
    name = fresh()
    store(connection, full_order(name, 1))
    before = row_of(connection, name)
    written = store(connection, full_order(name, 1))
    assert (written.stored, written.ignored) == (0, 1)
    assert row_of(connection, name) == before
    assert parts_of(connection, name)["order_lines"] == 2


def test_one_batch_with_many_copies_keeps_the_newest_and_counts_the_rest(
    connection: Connection,
) -> None:
    name = fresh()
    copies = [full_order(name, version, f"v{version}") for version in (3, 1, 5, 2, 5)]
    written = store(connection, *copies)
    assert (written.stored, written.ignored) == (1, 4)
    assert row_of(connection, name)["version"] == at(5)
    assert parts_of(connection, name)["order_lines"] == 2


def test_a_guests_facts_that_a_copy_leaves_out_are_kept(connection: Connection) -> None:
    store(connection, full_order(fresh(), 1, customer=guest("dee", email="dee@x", phone="1")))
    store(connection, full_order(name := fresh(), 1, customer=guest("dee", first_name="Dee")))
    assert row_of(connection, name)["email"] == "dee@x"


def test_an_older_order_that_comes_late_does_not_bring_old_facts_of_a_guest_back(
    connection: Connection,
) -> None:
    store(connection, full_order(name := fresh(), 5, customer=guest("eve", email="new@x")))
    late = guest("eve", email="old@x", first_name="Eve")
    store(connection, full_order(fresh(), 2, customer=late))
    assert row_of(connection, name)["email"] == "new@x"


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
    name = fresh()
    neighbour = fresh()
    record = full_order(
        name, 1, source=sent, external_reference=sent, customer=guest("f", email="f")
    )
    store(connection, record, full_order(neighbour, 1))
    row = row_of(connection, name)
    assert (row["source"], row["external_reference"]) == (kept, kept)
    assert row_of(connection, neighbour)["total"] == 18


def test_a_vendors_bytes_that_are_no_text_do_not_stop_the_order(connection: Connection) -> None:
    name = fresh()
    store(connection, Arrival(full_order(name, 1), b'{"guid": "x", "odd": "\xff\xfe"}', "c"))
    assert row_of(connection, name)["vendor"] == '{"guid": "x", "odd": "\ufffd\ufffd"}'


def test_amounts_are_exact_in_the_database(connection: Connection) -> None:
    name = fresh()
    store(connection, order(name, lines=(line("a", "0.1"), line("b", "0.2"), line("c", "0.7"))))
    assert row_of(connection, name)["net"] == Decimal("1.0000")


def test_one_merchants_orders_are_no_others(connection: Connection) -> None:
    other, name = connected(), fresh()
    store(connection, full_order(name, 2))
    assert store(other, full_order(name, 1)).stored == 1
    assert row_of(connection, name)["version"] == at(2)
    assert row_of(other, name)["organization_id"] == other.organization_id


def test_a_batch_of_nothing_is_nothing(connection: Connection) -> None:
    assert store(connection).stored == 0


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()
