"""Guests: one person at two places, however they write their number."""

from collections.abc import Iterator

import pytest

from tasks import match
from tests.integration.tasks.asked import ask
from tests.scenarios.toast.conftest import named, quiet
from tests.scenarios.toast.kitchen import Kitchen, open_kitchen, restaurant


@pytest.fixture
def two(database: str) -> Iterator[Kitchen]:
    """Two places in the United States."""
    with quiet(), open_kitchen(restaurant("North"), restaurant("South"), name=named()) as opened:
        yield opened


def _guest(guid: str, **facts: str) -> dict[str, object]:
    return {"guest": {"first_name": "Ada", "last_name": "Obi", "guid": guid, **facts}}


def test_two_places_know_one_person_and_neither_identity_is_lost(two: Kitchen) -> None:
    noon = two.at(0, 12)
    first, second, stranger = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))
    for place, check in (
        (0, _guest(first, email="Ada@Example.com ", phone="(617) 254-0123")),
        (1, _guest(second, phone="+1 617.254.0123")),
        (1, _guest(stranger, email="someone@else.example")),
    ):
        two.pay(two.ring_up(noon, 1000, place=place, check=check), noon)
    two.read()
    match.match(two.organization_id, budget_s=20)
    rows = ask(
        "SELECT external_id, person_id FROM customers WHERE connection_id = :c",
        c=two.connection_id,
    )
    person = {row.external_id: row.person_id for row in rows}
    assert person[first] == person[second] != person[stranger]
    told = two.api(f"persons/{person[first]}")
    assert {each["external_id"] for each in told["customers"]} == {first, second}
    assert told["phones"] == ["+16172540123"]
    # Ten dollars and a tenth of tax at each place.
    assert [(x["currency"], float(x["total"])) for x in told["totals"]] == [("USD", 22.0)]


def test_a_delivery_without_the_guest_erases_nothing(two: Kitchen) -> None:
    noon = two.at(0, 12)
    known = "00000009-0000-4000-8000-000000000000"
    guid = two.ring_up(noon, 1000, check=_guest(known, email="ada@example.com"))
    two.read()
    two.pay(guid, noon)
    two.deliver(guid)
    rows = ask(
        "SELECT first_name, email FROM customers WHERE external_id = :g AND connection_id = :c",
        g=known,
        c=two.connection_id,
    )
    assert [tuple(row) for row in rows] == [("Ada", "ada@example.com")]
    assert two.order(guid).state == "closed"
    assert two.order(guid).customer_id is not None
