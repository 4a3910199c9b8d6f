"""Upserts customers: the newest order that tells a fact of one stands; what it omits is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import bulk, copy_text, facts
from models.connection import Connection
from models.customer import Customer
from rules.records import OrderRecord

_FACTS = ("first_name", "last_name", "email", "phone")
_COLUMNS = ("organization_id", "connection_id", "external_id", "version", *facts.columns(_FACTS))

_MERGE = f"""
INSERT INTO customers ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM staged_customers ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    version = greatest(excluded.version, customers.version),
    {facts.learning("customers", "excluded", _FACTS)}
RETURNING external_id, id
"""


@dataclass
class _Guest:
    """What the orders of a batch tell of one customer, and the version of the newest of them."""

    version: datetime
    known: facts.Known = field(default_factory=dict)


def write_customers(
    session: Session, connection: Connection, orders: Sequence[OrderRecord]
) -> dict[str, int]:
    """Store the customers that `orders` name; returns our id by theirs."""
    guests = _folded(orders)
    if not guests:
        return {}
    rows = [
        copy_text.filled(
            (
                *(connection.organization_id, connection.id, external_id, guest.version),
                *facts.values(guest.known, _FACTS),
            )
        )
        for external_id, guest in guests.items()
    ]
    bulk.stage(session, Customer.__table__, _COLUMNS, rows)  # type: ignore[arg-type]
    return {row.external_id: row.id for row in session.execute(text(_MERGE))}


def _folded(orders: Sequence[OrderRecord]) -> dict[str, _Guest]:
    guests: dict[str, _Guest] = {}
    for order in orders:
        customer = order.customer
        if customer is not None:
            guest = guests.setdefault(customer.external_id, _Guest(order.version))
            guest.version = max(guest.version, order.version)
            said = {fact: getattr(customer, fact) or None for fact in _FACTS}
            facts.learn(guest.known, order.version, said)
    return guests
