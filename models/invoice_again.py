"""Orders whose invoice couldn't be drawn up: owed again, once somebody mended the cause."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.connection import Connection
from models.order import DUE, PARKED, Order


def owe_again(
    session: Session, organization_id: int, ids: Sequence[int]
) -> dict[int, tuple[int, str]]:
    """Have those of `ids` invoiced that are parked; returns connection and platform by id."""
    owed = session.execute(
        update(Order)
        .where(
            Order.organization_id == organization_id,
            Order.id.in_(ids),
            Order.invoice_state == PARKED,
            Connection.id == Order.connection_id,
        )
        .values(invoice_state=DUE, invoice_reason=None)
        .returning(Order.id, Order.connection_id, Connection.platform)
        .execution_options(synchronize_session=False)
    )
    return {row.id: (row.connection_id, row.platform) for row in sorted(owed)}


def parked_of(session: Session, organization_id: int, connection: str | None = None) -> list[int]:
    """A merchant's orders that are parked, of the connection of that name or of all."""
    query = select(Order.id).where(
        Order.organization_id == organization_id, Order.invoice_state == PARKED
    )
    if connection is not None:
        query = query.join(Connection, Connection.id == Order.connection_id).where(
            Connection.name == connection
        )
    return list(session.scalars(query.order_by(Order.id)))


def outcomes(session: Session, ids: Sequence[int]) -> list[dict[str, object]]:
    """How orders stand with their invoice."""
    query = select(Order.id, Order.external_id, Order.invoice_state, Order.invoice_reason)
    rows = session.execute(query.where(Order.id.in_(ids)).order_by(Order.id)).mappings()
    return [dict(row) for row in rows]
