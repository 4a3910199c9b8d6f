"""One person with every identity, and what was bought last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from models.bought import bought
from models.connection import Connection
from models.customer import Customer
from models.location import Location
from models.order import Order
from models.order_list import described
from models.person import Person
from models.person_list import phone_of, told

_LAST_ORDERS = 20


@dataclass(frozen=True)
class PersonDetail:
    """A person as `person_list` tells it; its customers, each with where it bought last.

    `merged` are the persons that are this one now, with `merged_at`; `orders` the last ones, the
    newest first.
    """

    person: Mapping[Any, Any]
    customers: Sequence[Mapping[Any, Any]]
    merged: Sequence[RowMapping]
    orders: Sequence[RowMapping]


def person_detail(session: Session, organization_id: int, person_id: int) -> PersonDetail | None:
    """A merchant's person, or the one it was merged into; None when it has none of that id."""
    asked = select(Person.id, Person.merged_into_id, Person.created_at).where(
        Person.organization_id == organization_id
    )
    found = session.execute(asked.where(Person.id == person_id)).mappings().first()
    if found is not None and found["merged_into_id"] is not None:
        into = asked.where(Person.id == found["merged_into_id"])
        found = session.execute(into).mappings().first()
    if found is None:
        return None
    [person] = told(session, organization_id, [found])
    customers = _customers(session, organization_id, found["id"])
    return PersonDetail(
        person=person,
        customers=customers,
        merged=_merged(session, organization_id, found["id"]),
        orders=_orders(session, organization_id, found["id"]),
    )


def _customers(session: Session, organization_id: int, person_id: int) -> list[Mapping[Any, Any]]:
    columns = (
        *(Customer.id, Customer.external_id, Customer.first_name, Customer.last_name),
        *(Customer.email, Customer.phone, Customer.phone_key, Customer.person_id),
        Customer.created_at,
    )
    which = (Customer.organization_id == organization_id, Customer.person_id == person_id)
    theirs = bought(*which).c
    last = (
        select(theirs.customer_id, theirs.business_date, theirs.location_id)
        .ext(distinct_on(theirs.customer_id))
        .order_by(theirs.customer_id, theirs.business_date.desc(), theirs.order_id.desc())
        .subquery()
    )
    query = (
        select(
            *columns,
            Connection.name.label("connection"),
            Connection.platform,
            last.c.business_date.label("last_order_on"),
            Location.name.label("last_location"),
        )
        .join(Connection, Connection.id == Customer.connection_id)
        .outerjoin(last, last.c.customer_id == Customer.id)
        .outerjoin(Location, Location.id == last.c.location_id)
        .where(*which)
        .order_by(Customer.id)
    )
    rows = session.execute(query).mappings()
    return [{**row, "phone": phone_of(row)} for row in rows]


def _merged(session: Session, organization_id: int, person_id: int) -> Sequence[RowMapping]:
    query = (
        select(Person.id, Person.merged_at, Customer.external_id)
        .join(Customer, Customer.own_person_id == Person.id)
        .where(
            Customer.organization_id == organization_id,
            Customer.person_id == person_id,
            Person.merged_into_id == person_id,
        )
        .order_by(Person.id)
    )
    return session.execute(query).mappings().all()


def _orders(session: Session, organization_id: int, person_id: int) -> Sequence[RowMapping]:
    which = (Customer.organization_id == organization_id, Customer.person_id == person_id)
    query = (
        described(organization_id)
        .where(Order.id.in_(select(bought(*which).c.order_id)))
        .order_by(Order.business_date.desc(), Order.id.desc())
        .limit(_LAST_ORDERS)
    )
    return session.execute(query).mappings().all()
