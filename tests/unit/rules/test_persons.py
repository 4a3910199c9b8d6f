from dataclasses import replace
from itertools import permutations

import pytest

from rules.persons import MOST_FACES, Known, connected, person_of, shared


def groups(*guests: Known) -> list[list[int]]:
    """The ids of each group."""
    return [[guest.id for guest in group] for group in connected(guests, shared(guests))]


def test_an_email_or_a_phone_connects_directly_or_over_others() -> None:
    guests = (
        Known(1, email="ada@x.com"),
        Known(2, email="ada@x.com", phone="+1"),
        Known(3, phone="+1"),
        Known(4, email="bob@x.com"),
        Known(5),
        Known(6),
    )
    for order in permutations(guests):
        assert groups(*order) == [[1, 2, 3], [4], [5], [6]]


def test_an_email_is_no_phone_and_a_name_is_neither() -> None:
    assert groups(
        Known(1, email="+1", name="ada"), Known(2, phone="+1", name="ada"), Known(3, name="ada")
    ) == [[1], [2], [3]]


@pytest.mark.parametrize("kind", ["email", "phone", "name"])
def test_a_phone_of_too_many_emails_or_names_connects_nobody(kind: str) -> None:
    key, face = ("email", "phone") if kind == "phone" else ("phone", kind)
    household = [Known(n, **{key: "the one", face: f"{n}"}) for n in range(MOST_FACES)]
    # The same face once more is no further one, and one that tells none is no stranger.
    household += [replace(household[0], id=10), Known(11, **{key: "the one"})]
    assert groups(*household) == [[guest.id for guest in household]]
    stranger = Known(12, **{key: "the one", face: "another"})
    assert groups(*household, stranger) == (
        [[guest.id] for guest in (*household, stranger)]
        if face == "name"
        else [[0, 10], [1], [2], [3], [4], [11], [12]]
    )


def test_a_guest_of_an_email_shows_no_name_to_a_phone() -> None:
    """One person whose name is spelt in many ways stays one."""
    guests = [Known(n, email="ada@x.com", phone="+1", name=f"ada {n}") for n in range(9)]
    assert groups(*guests) == [list(range(9))]


def test_a_group_is_the_oldest_person_that_was_made_for_any_of_it() -> None:
    assert person_of([Known(1, own_id=8), Known(2), Known(3, own_id=5)]) == 5
    assert person_of([Known(1, person_id=4)]) is None
