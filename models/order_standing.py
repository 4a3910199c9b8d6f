"""What orders owe: which still wait for an invoice, and how a span of dates stands."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select, true
from sqlalchemy import Connection as ServerConnection
from sqlalchemy.orm import Session

from models.connection import Connection
from models.order import DUE, Order
from models.paging import end_of

# The first and the last of a span.
Dates = tuple[date, date]
# Today wherever it is, and the night behind it: whatever came in late is of the past.
_THESE_DAYS = timedelta(days=2)


def newest_order(session: Session, connection_id: int) -> int:
    """The newest order of a connection; orders that come later have a higher id."""
    at, key = Order.connection_id, Order.id
    query = select(key).where(end_of(at, key, connection_id, None))
    query = query.order_by(at.desc(), key.desc()).limit(1)
    return session.scalar(query) or 0


def due(session: Session, connection_id: int, newest: int, limit: int) -> list[int]:
    """The oldest orders up to `newest` that owe an invoice."""
    query = select(Order.id).where(*_owing(connection_id, newest)).order_by(Order.id).limit(limit)
    return list(session.scalars(query))


def count_due(session: Session, connection_id: int, newest: int) -> int:
    """How many orders up to `newest` owe an invoice."""
    query = select(func.count(Order.id)).where(*_owing(connection_id, newest))
    return session.scalar(query) or 0


def of_dates(
    session: Session, organization_id: int, connection_id: int, since: date, until: date
) -> dict[str, int]:
    """Orders of a span of business dates, both included, by what their invoice stands at."""
    query = (
        select(Order.invoice_state, func.count())
        .where(
            Order.organization_id == organization_id,
            Order.business_date.between(since, until),
            # As the index of all states says it.
            func.abs(Order.connection_id) == connection_id,
        )
        .group_by(Order.invoice_state)
        .order_by(Order.invoice_state)
    )
    return {state: count for state, count in session.execute(query)}


def present(now: datetime) -> Dates:
    """The business dates of these days, wherever a place is: their sales are invoiced first."""
    return now.date() - _THESE_DAYS, date.max


def past(now: datetime) -> Dates:
    """All business dates before these."""
    return date.min, now.date() - _THESE_DAYS - timedelta(days=1)


# As plain text: it is asked at each turn's end. Sorted, for the planner would look through the
# table as long as it believes that many are due.
_ANY_DUE = """
SELECT 1 FROM orders WHERE connection_id = %s AND invoice_state = 'due'
  AND business_date BETWEEN %s AND %s ORDER BY business_date, id LIMIT 1
"""


def any_due(db: ServerConnection, connection_id: int, dates: Dates) -> bool:
    """Whether an order of these business dates owes an invoice."""
    return db.exec_driver_sql(_ANY_DUE, (connection_id, *dates)).first() is not None


def overdue_connections(
    session: Session, now: datetime, older_than: timedelta, dates: Dates
) -> list[tuple[int, str]]:
    """Connections with an order of these business dates that has owed an invoice for longer.

    Shape: id and platform. A look-up in an index each.
    """
    long_ago = or_(
        Order.applied_at <= now - older_than,
        # By the clock that stamped it, should this host's be behind.
        Order.applied_at <= func.clock_timestamp() - older_than,
        # That one was set back.
        Order.applied_at > func.clock_timestamp() + older_than,
    )
    one = (
        select(literal(1).label("one"))
        .where(
            Order.connection_id == Connection.id,
            Order.invoice_state == DUE,
            Order.business_date.between(*dates),
            long_ago,
        )
        .order_by(Order.business_date, Order.id)
        .limit(1)
        .lateral()
    )
    found = select(Connection.id, Connection.platform).join(one, true()).order_by(Connection.id)
    return [(row.id, row.platform) for row in session.execute(found)]


def _owing(connection_id: int, newest: int) -> tuple[ColumnElement[bool], ...]:
    return Order.invoice_state == DUE, Order.connection_id == connection_id, Order.id <= newest
