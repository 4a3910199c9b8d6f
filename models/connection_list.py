"""Lists connections with how each one is doing: lag, what waits, what failed."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    bindparam,
    case,
    func,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.connection import Connection
from models.cursor import IS_GONE, StreamCursor
from models.inbox_event import PARKED, PENDING, InboxEvent
from models.paging import FIRST, Listed, Sort, Span, end_of, page
from models.parked_record import ParkedRecord

# Counting stops here: beyond it nobody needs the last digit, and a backlog must not slow a page.
COUNTED_TO = 10_000

# Sealed columns and the address's key stay out of every list.
_COLUMNS = tuple(
    c for c in inspect(Connection).columns if c.key not in {"secrets", "tokens", "settings", "key"}
)
_BY_NAME = Sort("name", (Connection.name, Connection.id), descending=False)


def connections(
    session: Session,
    organization_id: int,
    *,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's connections, by name. Raises: CursorError."""
    return page(session, _described(), _BY_NAME, span, {"organization_id": organization_id})


def connection(session: Session, organization_id: int, name: str) -> RowMapping | None:
    """One connection as the list shows it."""
    query = _described().where(Connection.name == name)
    return session.execute(query, {"organization_id": organization_id}).mappings().first()


def names(session: Session, organization_id: int) -> list[str]:
    """What a merchant's connections are called."""
    query = select(Connection.name).where(Connection.organization_id == organization_id)
    return list(session.scalars(query.order_by(Connection.name)))


@cache
def _described() -> Select[Any]:
    """Put together once; the value of `organization_id` is told as it is executed."""
    at, key = InboxEvent.connection_id, InboxEvent.id
    received_at = select(InboxEvent.received_at).limit(1)
    newest = received_at.where(end_of(at, key, Connection.id, None))
    newest = newest.order_by(at.desc(), key.desc())
    waiting_since = (
        received_at.where(end_of(at, key, Connection.id, None, descending=False))
        .where(InboxEvent.state == PENDING)
        .order_by(at, key)
    )
    return select(
        *_COLUMNS,
        _complete_until().label("complete_until"),
        newest.scalar_subquery().label("last_delivery_at"),
        waiting_since.scalar_subquery().label("waiting_since"),
        _count(InboxEvent.connection_id, InboxEvent.state == PENDING).label("waiting"),
        _count(InboxEvent.connection_id, InboxEvent.state == PARKED).label("parked_events"),
        _count(ParkedRecord.connection_id).label("parked_records"),
    ).where(Connection.organization_id == bindparam("organization_id"))


def _complete_until() -> ColumnElement[Any]:
    """The oldest watermark of the sales of open locations: all before it is here.

    Nothing can be said while one of them has none yet.
    """
    all_begun = func.bool_and(StreamCursor.watermark.is_not(None))
    query = select(case((all_begun, func.min(StreamCursor.watermark)))).where(
        StreamCursor.connection_id == Connection.id, StreamCursor.sales, ~IS_GONE
    )
    return query.scalar_subquery()


def _count(
    owner: InstrumentedAttribute[int], *conditions: ColumnElement[bool]
) -> ColumnElement[int]:
    some = (
        select(literal_column("1"))
        .where(owner == Connection.id, *conditions)
        .limit(COUNTED_TO)
        .correlate(Connection)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()
