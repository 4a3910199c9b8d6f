"""Upserts customers: the newest order that names one says who it is; what it omits is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import bulk
from models.connection import Connection
from models.customer import Customer
from rules.records import CustomerRecord, OrderRecord

_FACTS = ("first_name", "last_name", "email", "phone")
_COLUMNS = ("organization_id", "connection_id", "external_id", "version", *_FACTS)


def _newest_known(fact: str) -> str:
    newer, older = f"excluded.{fact}", f"customers.{fact}"
    return (
        "CASE WHEN excluded.version >= customers.version "
        f"THEN coalesce({newer}, {older}) ELSE coalesce({older}, {newer}) END"
    )


_MERGE = f"""
INSERT INTO customers ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM staged_customers ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    version = greatest(excluded.version, customers.version),
    {", ".join(f"{c} = {_newest_known(c)}" for c in _FACTS)}
RETURNING external_id, id
"""


def write_customers(
    session: Session, connection: Connection, orders: Sequence[OrderRecord]
) -> dict[str, int]:
    """Store the customers that `orders` name; returns our id by theirs."""
    newest: dict[str, tuple[datetime, CustomerRecord]] = {}
    for order in sorted(orders, key=lambda one: one.version):
        if order.customer is not None:
            newest[order.customer.external_id] = (order.version, order.customer)
    if not newest:
        return {}
    rows = [
        (connection.organization_id, connection.id, c.external_id, version, *_facts(c))
        for version, c in newest.values()
    ]
    bulk.stage(session, Customer.__table__, _COLUMNS, rows)  # type: ignore[arg-type]
    return {row.external_id: row.id for row in session.execute(text(_MERGE))}


def _facts(customer: CustomerRecord) -> tuple[str | None, ...]:
    return tuple(getattr(customer, fact) or None for fact in _FACTS)
