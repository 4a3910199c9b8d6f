"""Guests of several locations and platforms become persons, whatever order they come in."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from models import Connection, Customer, connections, person_match
from models.session import unit_of_work
from rules.persons import MOST_FACES
from tasks import match, turn
from tests import factories
from tests.factories import guest
from tests.guests import bring, known, match_all, naive, persons, place_in, together
from tests.integration.tasks.conftest import Signals
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")
PHONE, OTHER_PHONE = "+16172540123", "+16172540124"


@pytest.fixture
def till(database: str) -> Connection:
    return factories.connected()


def another(till: Connection) -> Connection:
    """Another connection of the same merchant."""
    with unit_of_work() as session:
        made = connections.store(
            session, till.organization_id, "toast", f"{till.name} too", {"api_url": "http://x"}, {}
        )
        session.execute(
            text(
                "INSERT INTO locations (organization_id, connection_id, external_id, name,"
                " time_zone, currency, closeout_hour, archived) SELECT organization_id, :made,"
                " external_id, name, time_zone, currency, closeout_hour, false FROM locations"
                " WHERE connection_id = :till"
            ),
            {"made": made.id, "till": till.id},
        )
    return made


def person_ids(till: Connection) -> dict[str, int | None]:
    return {c.external_id: c.person_id for c in known(till.organization_id)}


def test_the_same_guest_at_two_connections_is_one_person_with_both_identities(
    till: Connection,
) -> None:
    bring(till, guest("a", email="Ada@X.com", first_name="Ada"))
    bring(another(till), guest("b", email="ada@x.COM ", phone=PHONE), guest("c", phone=PHONE))
    assert match_all(till.organization_id) == 3
    assert together(till.organization_id) == [["a", "b", "c"]]
    assert [c.first_name for c in known(till.organization_id)] == ["Ada", None, None]
    assert match_all(till.organization_id) == 0


def test_one_without_email_and_phone_is_a_person_of_its_own(till: Connection) -> None:
    bring(till, guest("a", first_name="Ada"), guest("b", first_name="Ada"), guest("c", email="?"))
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a"], ["b"], ["c"]]


def test_two_merchants_never_meet(till: Connection) -> None:
    other = factories.connected()
    for each in (till, other):
        bring(each, guest("a", email="ada@x.com", phone=PHONE))
    match_all(other.organization_id)
    match_all(till.organization_id)
    [ours], [theirs] = known(till.organization_id), known(other.organization_id)
    assert ours.person_id != theirs.person_id
    assert list(persons(till.organization_id)) == [ours.person_id]
    assert list(persons(other.organization_id)) == [theirs.person_id]


def test_persons_that_turn_out_to_be_one_become_the_oldest_and_keep_their_rows(
    till: Connection,
) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", phone=PHONE))
    match_all(till.organization_id)
    first, second = person_ids(till).values()
    bring(till, guest("c", email="ada@x.com", phone=PHONE))
    match_all(till.organization_id)
    assert set(person_ids(till).values()) == {min(first or 0, second or 0)}
    assert persons(till.organization_id) == {
        min(first or 0, second or 0): None,
        max(first or 0, second or 0): min(first or 0, second or 0),
    }


def test_who_is_told_apart_again_is_who_it_was(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"))
    match_all(till.organization_id)
    bring(till, guest("b", phone=PHONE))
    match_all(till.organization_id)
    before = person_ids(till)
    bring(till, guest("b", phone=PHONE, email="ada@x.com"), minutes=1)
    bring(till, guest("c", email="ada@x.com"))
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "b", "c"]]
    bring(till, guest("b", email="bob@x.com"), minutes=2)
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "c"], ["b"]]
    after = person_ids(till)
    assert (after["a"], after["b"]) == (before["a"], before["b"])
    assert set(persons(till.organization_id).values()) == {None}


def test_those_whom_a_guest_connected_fall_apart_when_it_leaves(till: Connection) -> None:
    bring(till, guest("b", email="ada@x.com", phone=PHONE))
    bring(till, guest("a", email="ada@x.com"), guest("c", phone=PHONE))
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "b", "c"]]
    bring(till, guest("b", email="new@x.com", phone=OTHER_PHONE), minutes=1)
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a"], ["b"], ["c"]]


def test_a_phone_of_very_many_merges_no_strangers_and_none_of_them_is_left_merged(
    till: Connection,
) -> None:
    crowd = [guest(f"g{n}", email=f"g{n}@x.com", phone=PHONE) for n in range(MOST_FACES + 1)]
    bring(till, *crowd[:-1])
    match_all(till.organization_id)
    assert len(together(till.organization_id)) == 1
    bring(till, crowd[-1])
    match_all(till.organization_id)
    assert len(together(till.organization_id)) == MOST_FACES + 1
    # One fewer, and it is a household's again.
    bring(till, guest("g0", phone=OTHER_PHONE), minutes=1)
    match_all(till.organization_id)
    assert together(till.organization_id) == [["g0"], [f"g{n}" for n in range(1, MOST_FACES + 1)]]


def test_the_phone_of_a_marketplace_connects_no_names_either(till: Connection) -> None:
    crowd = [guest(f"g{n}", first_name=f"Guest {n}", phone=PHONE) for n in range(MOST_FACES + 1)]
    bring(till, *crowd)
    match_all(till.organization_id)
    assert len(together(till.organization_id)) == MOST_FACES + 1


def test_a_phone_is_read_by_the_country_of_the_place_once_that_is_known(till: Connection) -> None:
    bring(till, guest("a", phone="020 7946 0958"), guest("b", phone="+44 20 7946 0958"))
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a"], ["b"]]
    place_in(till, "GB")
    bring(till, guest("c", phone="6172540123", phone_country="1"))
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "b"], ["c"]]
    assert [c.phone_key for c in known(till.organization_id)][-1] == PHONE


def test_places_of_several_countries_say_nothing_of_a_phone(database: str) -> None:
    till = factories.connected(places=("one", "two"))
    place_in(till, "GB", "one")
    place_in(till, "US", "two")
    factories.store(
        till,
        factories.order(location_id="one", customer=guest("a", phone="020 7946 0958")),
    )
    match_all(till.organization_id)
    assert [c.phone_key for c in known(till.organization_id)] == [None]


def test_countries_with_one_calling_code_are_one(database: str) -> None:
    till = factories.connected(places=("one", "two"))
    place_in(till, "CA", "one")
    place_in(till, "US", "two")
    factories.store(
        till,
        factories.order(location_id="one", customer=guest("a", phone="617 254 0123")),
    )
    match_all(till.organization_id)
    assert [c.phone_key for c in known(till.organization_id)] == [PHONE]


def test_a_merchant_whose_guests_wait_is_signalled_and_no_other(
    till: Connection, signals: Signals
) -> None:
    _nobody_waits()
    bring(till, guest("a", email="ada@x.com"))
    assert match.due() == 1
    [asked] = signals.take("match.customers")
    assert asked == {"organization_id": till.organization_id}
    assert match.customers(**asked) == {"matched": 1}
    assert match.due() == 0


def test_a_turn_that_is_over_goes_on_behind_the_others(
    till: Connection, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(till, guest("a", email="ada@x.com"))
    monkeypatch.setattr(turn, "TURN_S", 0.0)
    assert match.customers(organization_id=till.organization_id) == {"matched": 0}
    assert signals.take("match.customers") == [{"organization_id": till.organization_id}]


def test_whoever_stores_an_order_is_not_waited_for(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", phone=PHONE))
    match_all(till.organization_id)
    bring(till, guest("c", email="ada@x.com", phone=PHONE), guest("d", email="dan@x.com"))
    with _held("b"):
        # What doesn't touch the row that is held goes on, should it come first.
        matched, more = match.match(till.organization_id, budget_s=5)
        assert (matched, more) == (0, False)
        assert "c" not in _matched(till)
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "b", "c"], ["d"]]


def test_a_guest_that_is_held_is_left_and_the_others_are_matched(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", email="ada@x.com"))
    with _held("a"):
        assert match.match(till.organization_id, budget_s=5) == (1, False)
    assert match_all(till.organization_id) == 1
    assert together(till.organization_id) == [["a", "b"]]


def test_one_matches_a_merchant_at_a_time(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"))
    with unit_of_work() as session:
        assert person_match.match(session, till.organization_id, 1, factories.NOON) == 1
        assert match.match(till.organization_id, budget_s=5) == (0, False)


def test_who_is_killed_in_the_middle_leaves_all_as_it_was_and_another_does_it(
    till: Connection,
) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", phone=PHONE))
    match_all(till.organization_id)
    before = person_ids(till)
    bring(till, guest("c", email="ada@x.com", phone=PHONE))
    child = _matching(till.organization_id)
    assert match.match(till.organization_id, budget_s=5) == (0, False)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert person_ids(till) == {**before, "c": None}
    until(lambda: match_all(till.organization_id) == 1, what="the dead one's lock to be free")
    assert together(till.organization_id) == [["a", "b", "c"]]
    _persons_are_sound(till.organization_id)


def _matching(organization_id: int) -> int:
    """A process that has matched a merchant's customers, and never gets to commit."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        with unit_of_work() as session:
            person_match.match(session, organization_id, 10, factories.NOON)
            os.write(writer, b".")
            signal.pause()
    assert os.read(reader, 1) == b"."
    return child


CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from([f"e{n}@x.com" for n in range(8)] + ["nobody"]),
        "phone": st.sampled_from([f"617 254 012{n}" for n in range(5)]),
        "phone_country": st.sampled_from(["1", "US", "44"]),
        "first_name": st.sampled_from(["Ada", "Bob", "Cy", "Di", "Ed", "Flo"]),
    },
)
STEPS = st.lists(
    st.tuples(st.integers(0, 11), st.booleans(), CONTACTS, st.sampled_from([0, 1, 3, 500])),
    min_size=1,
    max_size=25,
)


@given(STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_and_is_matched_when_the_persons_are_those_of_everything_at_once(
    database: str, steps: list[tuple[int, bool, dict[str, Any], int]]
) -> None:
    one = factories.connected()
    two = another(one)
    for minute, (number, elsewhere, contact, most) in enumerate(steps):
        place = two if elsewhere else one
        bring(place, guest(f"{'b' if elsewhere else 'a'}{number}", **contact), minutes=minute)
        if most:
            match.match(one.organization_id, budget_s=5, most=most)
    match_all(one.organization_id)
    assert together(one.organization_id) == naive(one.organization_id)
    _persons_are_sound(one.organization_id)


def _persons_are_sound(organization_id: int) -> None:
    """Each person with customers is nobody else, and each other one is the one of its owner."""
    merged = persons(organization_id)
    customers = known(organization_id)
    assert {c.person_id for c in customers} == {id_ for id_, into in merged.items() if into is None}
    owners = {c.own_person_id: c for c in customers if c.own_person_id is not None}
    assert owners.keys() == merged.keys()
    for id_, into in merged.items():
        assert owners[id_].person_id == (id_ if into is None else into)
    for id_ in {c.person_id for c in customers}:
        owned = [c.own_person_id for c in customers if c.person_id == id_ and c.own_person_id]
        assert min(owned) == id_


@contextmanager
def _held(external_id: str) -> Iterator[None]:
    """Somebody stores an order of this guest, and hasn't committed."""
    with unit_of_work() as session:
        session.execute(
            update(Customer)
            .where(Customer.external_id == external_id)
            .values(version=factories.NOON)
        )
        yield


def _matched(till: Connection) -> set[str]:
    return {c.external_id for c in known(till.organization_id) if c.matched}


def _nobody_waits() -> None:
    with unit_of_work() as session:
        session.execute(update(Customer).values(matched=True))
