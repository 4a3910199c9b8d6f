"""What orders tell of guests, their own and their bills', is never erased by one that omits it."""

from dataclasses import replace
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import Connection, Customer, Order, OrderCheck
from models.session import unit_of_work
from rules.records import CheckRecord, OrderRecord
from tests.factories import at, connected, guest, order, store
from tests.integration.models.books import fresh

pytestmark = pytest.mark.usefixtures("database")
FACTS = ("first_name", "last_name", "email", "phone", "phone_country")


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def copy_of(name: str, version: float, **bills: Any) -> OrderRecord:
    """A copy with two bills, and the guests that it tells of: a full one."""
    checks = tuple(
        CheckRecord(external_id=bill, position=n, customer=bills.get(bill))
        for n, bill in enumerate(("c1", "c2"))
    )
    return order(name, at(version), checks=checks, customer=bills.get("c1") or bills.get("c2"))


def webhook(copy: OrderRecord) -> OrderRecord:
    """The same as a delivery brings it: without any guest."""
    checks = tuple(replace(check, customer=None) for check in copy.checks)
    return replace(copy, partial=True, customer=None, checks=checks)


def bills_of(connection: Connection, name: str) -> dict[str, str | None]:
    """Whose each bill of an order is."""
    query = (
        select(OrderCheck.check_external_id, OrderCheck.customer_external_id)
        .join(Order, Order.id == OrderCheck.order_id)
        .where(Order.connection_id == connection.id, Order.external_id == name)
    )
    with unit_of_work() as session:
        return {row.check_external_id: row.customer_external_id for row in session.execute(query)}


def told_of(connection: Connection, name: str) -> dict[str, Any]:
    with unit_of_work() as session:
        here = (Customer.connection_id == connection.id, Customer.external_id == name)
        found = session.scalars(select(Customer).where(*here)).one()
        return {fact: getattr(found, fact) for fact in FACTS if getattr(found, fact)}


def test_the_guest_of_each_bill_is_stored_and_outlives_the_webhooks_that_omit_it(
    connection: Connection,
) -> None:
    name = fresh()
    first = copy_of(name, 1, c1=guest("ada", phone="1", phone_country="44"), c2=guest("bob"))
    store(connection, first)
    store(connection, webhook(copy_of(name, 2)))
    assert bills_of(connection, name) == {"c1": "ada", "c2": "bob"}
    assert told_of(connection, "ada") == {"phone": "1", "phone_country": "44"}


def test_copies_of_an_order_end_the_same_whatever_order_they_come_in(
    connection: Connection,
) -> None:
    full = guest("x", email="x@x.com", phone="617", phone_country="1", first_name="X")
    for sequence in permutations(range(4)):
        name = fresh()
        eve = guest(f"{name} eve", phone="44", phone_country="44")
        copies = [
            copy_of(name, 1, c1=replace(full, external_id=f"{name} x"), c2=eve),
            webhook(copy_of(name, 2)),
            copy_of(name, 3, c2=guest(f"{name} x", phone="618")),
            webhook(copy_of(name, 4)),
        ]
        for number in sequence:
            store(connection, copies[number])
        assert bills_of(connection, name) == {"c1": f"{name} x", "c2": f"{name} x"}, sequence
        assert told_of(connection, f"{name} x") == {
            **{"email": "x@x.com", "first_name": "X"},
            # By the country of another one it would be somebody else's.
            "phone": "618",
        }, sequence
        assert told_of(connection, f"{name} eve") == {"phone": "44", "phone_country": "44"}


def test_of_orders_of_one_instant_that_tell_two_things_of_a_guest_the_same_stands_in_any_order(
    connection: Connection,
) -> None:
    for sequence in permutations(range(3)):
        for batched in (False, True):
            name = fresh()
            told = (
                guest(name, email="é@x.com", phone="1", phone_country="44"),
                guest(name, email="z@x.com", phone="1", phone_country="1"),
                guest(name, first_name="Bob", phone="1"),
            )
            orders = [order(f"{name} {n}", at(1), customer=told[n]) for n in sequence]
            for batch in [orders] if batched else [[one] for one in orders]:
                store(connection, *batch)
            assert told_of(connection, name) == {
                **{"email": "é@x.com", "first_name": "Bob"},
                **{"phone": "1", "phone_country": "44"},
            }, (sequence, batched)


COPIES = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "a", "b"])),
    min_size=1,
    max_size=6,
)


@given(COPIES, st.randoms(use_true_random=False), st.sets(st.integers(1, 5)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_batches_too(
    connection: Connection, told: list[tuple[bool, str, str]], random: Any, cuts: set[int]
) -> None:
    name = fresh()
    copies = []
    expected: dict[str, str | None] = {"c1": None, "c2": None}
    for version, (omits, *whose) in enumerate(told):
        bills = {bill: who for bill, who in zip(expected, whose, strict=True) if who}
        copy = copy_of(name, version, **{bill: guest(who) for bill, who in bills.items()})
        copies.append(webhook(copy) if omits else copy)
        expected |= {} if omits else bills
    random.shuffle(copies)
    for start, end in pairwise(sorted({0, len(copies), *(c for c in cuts if c < len(copies))})):
        store(connection, *copies[start:end])
    assert bills_of(connection, name) == expected
