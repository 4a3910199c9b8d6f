"""Facts folded within a batch: which copies come together, and in which order, doesn't matter."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models import facts
from models.facts import Known, Told
from tests.factories import at

FACTS = ("email", "phone")
Copy = tuple[int, dict[str, str | None]]
SAID = st.fixed_dictionaries({fact: st.none() | st.sampled_from("abc") for fact in FACTS})


def learned(copies: Sequence[Copy]) -> Known:
    known: Known = {}
    for version, said in copies:
        facts.learn(known, at(version), said)
    return known


def newest(copies: Sequence[Copy], fact: str) -> Told | None:
    told = [(v, said[fact]) for v, said in copies if said[fact] is not None]
    if not told:
        return None
    version, value = max(told, key=lambda one: one[0])
    return Told(value, at(version))


@given(data=st.data(), versions=st.lists(st.integers(0, 20), unique=True, max_size=6))
def test_the_newest_copy_that_tells_a_fact_stands_in_any_order(
    data: st.DataObject, versions: list[int]
) -> None:
    copies = [(version, data.draw(SAID)) for version in versions]
    known = learned(data.draw(st.permutations(copies)))
    assert [known.get(fact) for fact in FACTS] == [newest(copies, fact) for fact in FACTS]


@given(st.lists(st.tuples(st.integers(0, 4), SAID), max_size=6), st.integers(0, 6))
def test_a_batch_folded_in_two_ends_as_in_one(copies: list[Copy], cut: int) -> None:
    known = learned(copies[:cut])
    later = learned(copies[cut:])
    for fact, told in later.items():
        facts.learn(known, told.version, {fact: told.value})
    assert known == learned(copies)


def test_of_two_copies_of_one_version_the_later_told_stands() -> None:
    copies: list[Copy] = [(1, {"email": "a"}), (1, {"email": "b"}), (1, {"email": None})]
    assert learned(copies) == {"email": Told("b", at(1))}


def test_a_fact_stands_beside_its_version_in_the_columns() -> None:
    assert facts.columns(FACTS) == ("email", "email_version", "phone", "phone_version")
    assert facts.values({"phone": Told("1", at(2))}, FACTS) == (None, None, "1", at(2))
