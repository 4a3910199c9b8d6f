"""Guests of a merchant as orders bring them, matched, and what a naive reading says of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update

from models import Connection, Customer, Location, Person
from models.contact_keys import email_key, name_key, phone_key
from models.session import unit_of_work
from rules.persons import Known, keys_of, shared
from tasks import match
from tests import factories

Groups = list[list[str]]


def bring(connection: Connection, *guests: Any, minutes: float = 0) -> None:
    """An order a guest, in one batch; the guests of later minutes are newer."""
    factories.store(
        connection,
        *(
            factories.order(f"of {guest.external_id}", factories.at(minutes), customer=guest)
            for guest in guests
        ),
    )


def match_all(organization_id: int, most: int = match.BATCH) -> int:
    """Match until nobody waits."""
    matched, more = 0, True
    while more:
        done, more = match.match(organization_id, budget_s=5, most=most)
        matched += done
    return matched


def known(organization_id: int) -> Sequence[Customer]:
    """A merchant's customers, the first ones first."""
    with unit_of_work() as session:
        query = select(Customer).where(Customer.organization_id == organization_id)
        return session.scalars(query.order_by(Customer.id)).all()


def persons(organization_id: int) -> dict[int, int | None]:
    """Whom each of a merchant's persons was merged into."""
    with unit_of_work() as session:
        query = select(Person.id, Person.merged_into_id)
        found = session.execute(query.where(Person.organization_id == organization_id))
        return {row.id: row.merged_into_id for row in found}


def together(organization_id: int) -> Groups:
    """The platforms' ids of each person's customers."""
    groups: dict[int | None, list[str]] = {}
    for customer in known(organization_id):
        groups.setdefault(customer.person_id, []).append(customer.external_id)
    assert None not in groups
    return sorted(sorted(group) for group in groups.values())


def person_ids(till: Connection) -> dict[str, int | None]:
    """Each customer's person, by the platform's id."""
    return {c.external_id: c.person_id for c in known(till.organization_id)}


def are_sound(organization_id: int) -> None:
    """Insist: each person with customers is nobody else, each other one whom its owner is."""
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


def naive(organization_id: int, region: str | None = None) -> Groups:
    """The same, told from everything at once: groups grow together until nothing changes."""
    customers = known(organization_id)
    guests = [
        Known(
            c.id,
            email_key(c.email),
            phone_key(c.phone, c.phone_country, region),
            name_key(c.first_name, c.last_name),
        )
        for c in customers
    ]
    idle = shared(guests)
    groups = [({guest.id}, set(keys_of(guest)) - idle) for guest in guests]
    while (pair := _meeting(groups)) is not None:
        one, other = pair
        ids, keys = groups.pop(other)
        groups[one][0].update(ids)
        groups[one][1].update(keys)
    names = {c.id: c.external_id for c in customers}
    return sorted(sorted(names[id_] for id_ in ids) for ids, _ in groups)


def _meeting(groups: Sequence[tuple[set[int], set[Any]]]) -> tuple[int, int] | None:
    pairs: Iterable[tuple[int, int]] = (
        (one, other) for other in range(len(groups)) for one in range(other)
    )
    return next((pair for pair in pairs if groups[pair[0]][1] & groups[pair[1]][1]), None)


def place_in(connection: Connection, country: str | None, place: str = factories.PLACE) -> None:
    """A location of the connection is told to be in a country."""
    with unit_of_work() as session:
        here = (Location.connection_id == connection.id, Location.external_id == place)
        session.execute(update(Location).where(*here).values(country=country))
