"""A batch ends as its copies one by one: no fact of a guest or of an order is lost by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import Connection
from models.order_row import Arrival
from models.session import unit_of_work
from rules.records import OrderRecord
from tests.factories import arrival, at, connected, guest, partial, store
from tests.integration.models.books import fresh, full_order, row_of

pytestmark = pytest.mark.usefixtures("database")

_worlds = count(1)
_STATE = (
    *("version", "fingerprint", "partial", "state", "total", "guest", "external_reference"),
    *("customer_id_version", "external_reference_version"),
)
_GUEST = "SELECT version, first_name, email, email_version FROM customers WHERE external_id = :e"


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def _guest(connection: Connection, external_id: str) -> Any:
    query = f"{_GUEST} AND connection_id = :c"
    with unit_of_work() as session:
        found = session.execute(text(query), {"e": external_id, "c": connection.id}).first()
        return tuple(found) if found else None


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("flipped", [True, False])
def test_a_guests_facts_outlive_a_newer_order_that_omits_them(
    connection: Connection, at_once: bool, flipped: bool
) -> None:
    who = fresh()
    older = full_order(fresh(), 1, customer=guest(who, email="ann@x", phone="1"))
    newer = full_order(fresh(), 2, customer=guest(who, first_name="Ann", email=""))
    records = [newer, older] if flipped else [older, newer]
    for batch in [records] if at_once else [[record] for record in records]:
        store(connection, *batch)
    assert _guest(connection, who) == (at(2), "Ann", "ann@x", at(1))
    assert row_of(connection, newer.external_id)["email"] == "ann@x"


def test_a_guest_that_only_a_superseded_copy_names_is_known(connection: Connection) -> None:
    who, name = fresh(), fresh()
    older = full_order(name, 1, customer=guest(who, email="bob@x"))
    store(connection, older, full_order(name, 2, customer=guest(who)))
    assert row_of(connection, name)["email"] == "bob@x"


def test_full_partial_and_partial_at_once_keep_guest_and_reference(
    connection: Connection,
) -> None:
    name = fresh()
    full = full_order(name, 1, customer=guest(fresh()), external_reference="web-1")
    copies = [full, *(partial(replace(full, version=at(n))) for n in (2, 3))]
    store(connection, *copies)
    row = row_of(connection, name)
    assert (row["version"], row["partial"]) == (at(3), True)
    assert (row["guest"], row["external_reference"]) == (full.customer.external_id, "web-1")


@pytest.mark.parametrize("versions", [(3, 1, 2), (3, 2, 1), (1, 2, 3), (2, 3, 1)])
def test_of_several_full_copies_the_newest_tells_a_partial_one(
    connection: Connection, versions: tuple[int, ...]
) -> None:
    name = fresh()
    for version in versions:
        told = full_order(name, version, external_reference=f"web-{version}")
        store(connection, partial(told) if version == 3 else told)
    assert row_of(connection, name)["external_reference"] == "web-2"


def test_a_full_copy_with_the_very_bytes_of_a_partial_one_completes_it(
    connection: Connection,
) -> None:
    name = fresh()
    full = full_order(name, 1, external_reference="web-1")
    assert store(connection, Arrival(partial(full), b"{}", "c")).stored == 1
    assert store(connection, Arrival(full, b"{}", "c")).stored == 1
    assert store(connection, Arrival(partial(full), b"{}", "c")).stored == 0
    assert row_of(connection, name)["partial"] is False


@dataclass(frozen=True)
class _Copy:
    """A copy of one of two orders, by which one of two guests bought."""

    order: int
    version: int
    guest: int | None
    email: str | None
    first_name: str | None
    reference: str | None
    partial: bool

    def record(self, world: int) -> OrderRecord:
        who = None
        if self.guest is not None:
            who = guest(f"{world}-{self.guest}", email=self.email, first_name=self.first_name)
        full = full_order(
            f"{world}-{self.order}",
            self.version,
            f"Soup {self.version}",
            state="open" if self.version % 2 else "closed",
            customer=who,
            external_reference=self.reference,
        )
        return partial(full) if self.partial else full


_COPIES = st.lists(
    st.builds(
        _Copy,
        order=st.integers(0, 1),
        version=st.integers(1, 6),
        guest=st.none() | st.integers(0, 1),
        email=st.sampled_from([None, "", "a@x", "b@x"]),
        first_name=st.sampled_from([None, "Ada", "Bob"]),
        reference=st.sampled_from([None, "web-1", "web-2"]),
        partial=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def _books(connection: Connection, batches: Sequence[Sequence[_Copy]]) -> list[Any]:
    """What the books say once the batches are in, without the names that only this world has."""
    world = next(_worlds)
    for batch in batches:
        arrivals = [arrival(copy.record(world), repr(copy).encode()) for copy in batch]
        store(connection, *arrivals)
    found: list[Any] = []
    for number in sorted({copy.order for batch in batches for copy in batch}):
        row = row_of(connection, f"{world}-{number}")
        row["guest"] = row["guest"] and row["guest"].partition("-")[2]
        found.append([row[column] for column in _STATE])
    return [*found, *(_guest(connection, f"{world}-{number}") for number in (0, 1))]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(copies=_COPIES, cuts=st.lists(st.integers(1, 5), max_size=2))
def test_a_batch_or_any_split_of_it_ends_as_its_copies_one_by_one(
    connection: Connection, copies: list[_Copy], cuts: list[int]
) -> None:
    edges = sorted({0, *(cut for cut in cuts if cut < len(copies)), len(copies)})
    split = [copies[a:b] for a, b in pairwise(edges)]
    one_by_one = _books(connection, [[copy] for copy in copies])
    assert _books(connection, [copies]) == one_by_one
    assert _books(connection, split) == one_by_one


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), copies=_COPIES)
def test_copies_of_different_versions_end_the_same_in_any_order(
    connection: Connection, data: st.DataObject, copies: list[_Copy]
) -> None:
    distinct = [replace(copy, version=n) for n, copy in enumerate(copies)]
    shuffled = data.draw(st.permutations(distinct))
    assert _books(connection, [[c] for c in shuffled]) == _books(connection, [distinct])
