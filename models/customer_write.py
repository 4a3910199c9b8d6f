"""Upserts customers: the newest order that tells a fact of one stands; what it omits is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.storable import storable
from rules.records import CustomerRecord, OrderRecord

# Facts, each with what it is read by: a phone with another's country is somebody else's phone.
_FACTS: Mapping[str, Sequence[str]] = {
    "first_name": (),
    "last_name": (),
    "email": (),
    "phone": ("phone_country", "phone_region"),
}
_OF_FACTS = [(fact, *along, f"{fact}_version") for fact, along in _FACTS.items()]
_COLUMNS = ("external_id", "version", *chain(*_OF_FACTS))
_NAMED = ", ".join(_COLUMNS)
# Lists rather than a staging table: four exchanges with the server fewer, for a few guests.
_LISTS = ", ".join(
    "%s::timestamptz[]" if column.endswith("version") else "%s::text[]" for column in _COLUMNS
)


def _values(table: str, fact: str) -> str:
    """A fact and what goes along, as something that Python sorts the same."""
    columns = (fact, *_FACTS[fact])
    return ", ".join(f"""coalesce({table}.{column}, '') COLLATE "C\"""" for column in columns)


def _version(fact: str) -> str:
    """Of a row from before facts had versions: its own."""
    known = f"CASE WHEN customers.{fact} IS NOT NULL THEN customers.version END"
    return f"coalesce(customers.{fact}_version, {known})"


def _learns(fact: str) -> str:
    """That a newer copy tells a fact; of two equally new ones the greater stands."""
    told = f"(excluded.{fact}_version, {_values('excluded', fact)})"
    known = f"({_version(fact)}, {_values('customers', fact)})"
    return f"(excluded.{fact} IS NOT NULL AND (customers.{fact} IS NULL OR {told} > {known}))"


def _differs(fact: str) -> str:
    """That it is another value: who it is is then matched anew."""
    values = f"({_values('customers', fact)}) IS DISTINCT FROM ({_values('excluded', fact)})"
    return f"({_learns(fact)} AND {values})"


def _learning() -> Iterator[str]:
    for fact, *along, version in _OF_FACTS:
        kept = {column: f"customers.{column}" for column in (fact, *along)}
        for column, known in {**kept, version: _version(fact)}.items():
            yield f"{column} = CASE WHEN {_learns(fact)} THEN excluded.{column} ELSE {known} END"


_MERGE = f"""
INSERT INTO customers (organization_id, connection_id, {_NAMED})
SELECT %s::bigint, %s::bigint, {_NAMED} FROM unnest({_LISTS}) AS told ({_NAMED})
ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    version = greatest(excluded.version, customers.version),
    matched = customers.matched AND NOT ({" OR ".join(map(_differs, _FACTS))}),
    {", ".join(_learning())}
RETURNING external_id, id
"""

# A fact, what goes along, and the version that told them; in this order the last one stands.
_Told = tuple[datetime, tuple[str, ...]]


@dataclass
class _Guest:
    """What the orders of a batch tell of one customer, and the version of the newest of them."""

    version: datetime
    known: dict[str, _Told] = field(default_factory=dict)

    def learn(self, order: OrderRecord, customer: CustomerRecord, country: str | None) -> None:
        """Add what an order of a place in `country` says."""
        self.version = max(self.version, order.version)
        for fact, along in _FACTS.items():
            if value := getattr(customer, fact):
                others = (
                    country if name == "phone_region" else getattr(customer, name) for name in along
                )
                told = order.version, tuple(storable(each or "") for each in (value, *others))
                self.known[fact] = max(self.known.get(fact, told), told)

    def row(self) -> Iterator[Any]:
        """As the columns but the first two."""
        for fact, along in _FACTS.items():
            version, values = self.known.get(fact, (None, ("",) * (1 + len(along))))
            yield from (each or None for each in values)
            yield version


def write_customers(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    orders: Sequence[OrderRecord],
) -> dict[str, int]:
    """Store the customers that `orders` name; returns our id by theirs."""
    guests = _folded(locations, orders)
    if not guests:
        return {}
    rows = [(name, guest.version, *guest.row()) for name, guest in guests.items()]
    lists = map(list, zip(*rows, strict=True))
    values = (connection.organization_id, connection.id, *lists)
    found = session.connection().exec_driver_sql(_MERGE, values)
    return {row.external_id: row.id for row in found}


def _folded(locations: Mapping[str, Location], orders: Sequence[OrderRecord]) -> dict[str, _Guest]:
    guests: dict[str, _Guest] = {}
    for order in orders:
        for customer in _named(order):
            guest = guests.setdefault(storable(customer.external_id), _Guest(order.version))
            guest.learn(order, customer, locations[order.location_id].country)
    return guests


def _named(order: OrderRecord) -> Iterator[CustomerRecord]:
    """Everyone whom an order names: who bought, and the guest of each of its bills."""
    if order.customer is not None:
        yield order.customer
    for check in order.checks:
        if check.customer is not None and check.customer != order.customer:
            yield check.customer
