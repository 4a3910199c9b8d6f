"""Guests of several locations and platforms become persons, whatever order they come in."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import Connection, connections, listing
from models.listing import PersonFilter
from models.session import unit_of_work
from rules.persons import MOST_FACES
from tasks import match
from tests import factories
from tests.factories import guest
from tests.guests import (
    are_sound,
    bring,
    known,
    match_all,
    naive,
    person_ids,
    persons,
    place_in,
    together,
)

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


def test_where_places_are_in_several_countries_a_phone_is_of_the_one_that_told_it(
    database: str,
) -> None:
    till = factories.connected(places=("one", "two"))
    place_in(till, "GB", "one")
    place_in(till, "US", "two")
    british, american = "020 7946 0958", "(617) 254-0123"
    factories.store(
        till,
        factories.order("o1", location_id="one", customer=guest("a", phone=british)),
        factories.order("o2", location_id="two", customer=guest("b", phone=american)),
        factories.order("o3", location_id="two", customer=guest("c", phone=british)),
    )
    match_all(till.organization_id)
    assert [c.phone_key for c in known(till.organization_id)] == [
        *("+442079460958", "+16172540123"),
        None,
    ]
    with unit_of_work() as session:
        found = [
            listing.persons(session, till.organization_id, PersonFilter(search=phone)).items
            for phone in (british, american)
        ]
    assert [[one["phones"] for one in items] for items in found] == [
        *([["+442079460958"]], [["+16172540123"]])
    ]


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
    are_sound(one.organization_id)
