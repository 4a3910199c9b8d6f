"""Upserts customers; what a copy leaves out is kept."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import bulk
from models.connection import Connection
from models.customer import Customer
from rules.records import CustomerRecord

_FACTS = ("first_name", "last_name", "email", "phone")
_COLUMNS = ("organization_id", "connection_id", "external_id", *_FACTS)

_MERGE = f"""
INSERT INTO customers ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM staged_customers ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    {", ".join(f"{c} = coalesce(excluded.{c}, customers.{c})" for c in _FACTS)}
RETURNING external_id, id
"""


def write_customers(
    session: Session, connection: Connection, customers: Sequence[CustomerRecord | None]
) -> dict[str, int]:
    """Store the customers among `customers`; returns our id by theirs."""
    known = {c.external_id: c for c in customers if c is not None}
    if not known:
        return {}
    rows = [
        (connection.organization_id, connection.id, c.external_id, *_facts(c))
        for c in known.values()
    ]
    bulk.stage(session, Customer.__table__, _COLUMNS, rows)  # type: ignore[arg-type]
    return {row.external_id: row.id for row in session.execute(text(_MERGE))}


def _facts(customer: CustomerRecord) -> tuple[str | None, ...]:
    return tuple(getattr(customer, fact) or None for fact in _FACTS)
