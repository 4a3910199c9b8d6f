"""What is told of a location is kept in the cache: as of its last change, and for its owner."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import counters
from models import cache, configured_list, listing
from models.names import names_of
from models.session import unit_of_work
from tests.factories import at
from tests.merchants import Merchant
from tests.telling import configured, item, menu, place_id, tell

KINDS = ("menu", "configuration", "location")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.forget()
    yield
    cache.forget()


def counted(kind: str) -> dict[str, float]:
    """How often something of a kind was found, made, or couldn't be asked for."""
    return {
        result: counters.reads.labels(kind, result)._value.get()
        for result in ("hit", "miss", "away")
    }


def gained(kind: str, act: Callable[[], Any]) -> dict[str, float]:
    before = counted(kind)
    act()
    return {name: n - before[name] for name, n in counted(kind).items() if n != before[name]}


def read(kind: str, organization_id: int, place: int) -> Any:
    with unit_of_work() as session:
        if kind == "menu":
            found = listing.menu(session, organization_id, place)
            return found and [each["name"] for each in found["tree"]["items"]]
        if kind == "configuration":
            by_kind = configured_list.by_kind(session, organization_id, place)
            return {name: [each["name"] for each in some] for name, some in by_kind.items()}
        return names_of(session, organization_id, place, ["rice", "d1"])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_put_together_once_until_it_changes(owner: Merchant, kind: str) -> None:
    place = place_id(owner.connection)
    tell(owner.connection, menu(), configured("d1", "Dine in"))
    first = read(kind, owner.organization_id, place)
    assert gained(kind, lambda: read(kind, owner.organization_id, place)) == {"hit": 1}
    tell(
        owner.connection,
        menu(at(1), items=(item(name="Ofada rice"),)),
        configured("d1", "Eat in"),
    )
    second: list[Any] = []
    made = gained(kind, lambda: second.append(read(kind, owner.organization_id, place)))
    assert made == {"miss": 1}
    assert first != second[0]
    assert {
        "menu": ["Ofada rice"],
        "configuration": {"dining option": ["Eat in"]},
        "location": {"rice": "Ofada rice", "d1": "Eat in"},
    }[kind] == second[0]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_not_asked_for_on_behalf_of_somebody_else(
    owner: Merchant, other: Merchant, kind: str
) -> None:
    place = place_id(owner.connection)
    tell(owner.connection, menu(), configured("d1", "Dine in"))
    assert read(kind, owner.organization_id, place)
    found: list[Any] = []
    asked = gained(kind, lambda: found.append(read(kind, other.organization_id, place)))
    assert (asked, bool(found[0])) == ({}, False)


def test_pages_and_the_api_answer_the_same_whether_it_is_there_or_not(
    page: FlaskClient, script: FlaskClient, owner: Merchant
) -> None:
    tell(owner.connection, menu(), configured("d1", "Dine in", behavior="DINE_IN"))
    place = place_id(owner.connection)
    answers = [script.get(f"/api/v1/menus/{place}").json for _ in range(2)]
    texts = [page.get(f"/locations/{place}?date=2026-03-01").text for _ in range(2)]
    assert answers[0] == answers[1]
    assert texts[0] == texts[1]
    assert "behavior DINE_IN" in texts[0]
