"""The guests of an order's checks outlive copies that leave them out."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from models import Connection
from models.session import unit_of_work
from rules.records import OrderRecord
from tests.factories import at, check, connected, guest, order, partial, store
from tests.integration.models.books import fresh, row_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def two_bills(name: str, version: float, first: str | None, second: str | None) -> OrderRecord:
    bills = [("c1", first), ("c2", second)]
    return order(
        name,
        at(version),
        checks=[
            check(bill, i, customer=guest(known) if known else None)
            for i, (bill, known) in enumerate(bills)
        ],
    )


def left_out(record: OrderRecord, version: float) -> OrderRecord:
    """The copy that a delivery brings."""
    bare = [replace(x, customer=None) for x in record.checks]
    return partial(replace(record, version=at(version), checks=bare))


def guests(connection: Connection, name: str) -> list[str | None]:
    query = text(
        "SELECT customer_external_id FROM order_checks WHERE order_id = :o ORDER BY position"
    )
    with unit_of_work() as session:
        return list(session.scalars(query, {"o": row_of(connection, name)["id"]}))


def test_a_delivery_that_leaves_them_out_erases_none(connection: Connection) -> None:
    name = fresh()
    full = two_bills(name, 1, "ada", None)
    store(connection, full)
    store(connection, left_out(full, 2))
    store(connection, left_out(full, 3))
    assert guests(connection, name) == ["ada", None]


def test_nor_does_one_that_comes_in_the_same_batch(connection: Connection) -> None:
    for copies in ((1, 2), (2, 1)):
        name = fresh()
        full = two_bills(name, 1, "ada", "bob")
        both = {1: full, 2: left_out(full, 2)}
        store(connection, *(both[n] for n in copies))
        assert guests(connection, name) == ["ada", "bob"]


def test_the_newest_copy_that_names_one_stands(connection: Connection) -> None:
    name = fresh()
    first, second = two_bills(name, 1, "ada", "bob"), two_bills(name, 2, "eve", None)
    store(connection, first)
    store(connection, left_out(first, 3), second)
    assert guests(connection, name) == ["eve", "bob"]


def test_a_full_copy_that_names_nobody_means_it(connection: Connection) -> None:
    name = fresh()
    store(connection, two_bills(name, 1, "ada", "bob"))
    store(connection, two_bills(name, 2, None, "bob"))
    assert guests(connection, name) == [None, "bob"]


def test_a_check_that_is_gone_takes_its_guest_along(connection: Connection) -> None:
    name = fresh()
    full = two_bills(name, 1, "ada", "bob")
    store(connection, full)
    store(connection, replace(left_out(full, 2), checks=[check("c2"), check("c3", 1)]))
    assert guests(connection, name) == ["bob", None]
