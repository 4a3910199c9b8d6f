"""Lists deliveries, and finds one with everything that came with it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.inbox_event import DONE, PARKED, PENDING, InboxEvent
from models.order import Order
from models.paging import FIRST, Listed, Span
from models.per_connection import newest
from models.row_version import version_of

STATES = (PENDING, PARKED, DONE)
# Headers and body are shown one delivery at a time.
_COLUMNS = tuple(c for c in inspect(InboxEvent).columns if c.key not in {"headers", "body"})


def events(
    session: Session,
    organization_id: int,
    *,
    state: str | None = None,
    connection: str | None = None,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's deliveries, newest first. Raises: CursorError."""
    states: list[ColumnElement[bool]] = [] if state is None else [InboxEvent.state == state]
    return newest(session, organization_id, _COLUMNS, states, span, connection=connection)


def event(session: Session, organization_id: int, event_id: int) -> RowMapping | None:
    """One delivery with its headers, its body and its connection's secrets."""
    query = (
        select(*inspect(InboxEvent).columns, Connection.secrets.label("connection_secrets"))
        .join(Connection, Connection.id == InboxEvent.connection_id)
        .where(InboxEvent.organization_id == organization_id, InboxEvent.id == event_id)
    )
    return session.execute(query).mappings().first()


def standing(session: Session, organization_id: int, event_id: int) -> RowMapping | None:
    """How one delivery stands, with the order it was about; `version` differs once written."""
    same_record: Any = (Order.connection_id == InboxEvent.connection_id) & (
        Order.external_id == InboxEvent.record_external_id
    )
    query = (
        select(
            *_COLUMNS,
            version_of(InboxEvent),
            Connection.name.label("connection"),
            Connection.platform,
            Order.id.label("order_id"),
            Order.display_number.label("order_display_number"),
        )
        .join(Connection, Connection.id == InboxEvent.connection_id)
        .outerjoin(Order, same_record)
        .where(InboxEvent.organization_id == organization_id, InboxEvent.id == event_id)
    )
    return session.execute(query).mappings().first()


def events_of_record(
    session: Session, organization_id: int, connection_id: int, external_id: str, limit: int = 50
) -> list[RowMapping]:
    """The deliveries that were about one record, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(
            InboxEvent.organization_id == organization_id,
            InboxEvent.connection_id == connection_id,
            InboxEvent.record_external_id == external_id,
        )
        .order_by(InboxEvent.id)
        .limit(limit)
    )
    return list(session.execute(query).mappings())


def by_ids(session: Session, organization_id: int, ids: Sequence[int]) -> list[RowMapping]:
    """Deliveries by their ids, oldest first; unknown ids are left out."""
    query = (
        select(*_COLUMNS, Connection.name.label("connection"), Connection.platform)
        .join(Connection, Connection.id == InboxEvent.connection_id)
        .where(InboxEvent.organization_id == organization_id, InboxEvent.id.in_(ids))
        .order_by(InboxEvent.id)
    )
    return list(session.execute(query).mappings())


def parked(session: Session, connection_id: int) -> list[int]:
    """The deliveries to a connection that were set aside, oldest first."""
    query = select(InboxEvent.id).where(
        InboxEvent.connection_id == connection_id, InboxEvent.state == PARKED
    )
    return list(session.scalars(query.order_by(InboxEvent.id)))
