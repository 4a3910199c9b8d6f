"""What orders owe: which still wait for an invoice, and how a span of dates stands."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select, true
from sqlalchemy.orm import Session

from models.connection import Connection
from models.order import DUE, STATES, Order
from models.paging import end_of

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
            Order.connection_id == connection_id,
            # All there are: the index by connection has the state before the date.
            Order.invoice_state.in_(STATES),
        )
        .group_by(Order.invoice_state)
        .order_by(Order.invoice_state)
    )
    return {state: count for state, count in session.execute(query)}


def present(now: datetime) -> ColumnElement[bool]:
    """Which sales are of these days, by their business dates, wherever their place is."""
    return Order.business_date >= first_present(now)


def past(now: datetime) -> ColumnElement[bool]:
    """Which sales are of days before these."""
    return Order.business_date < first_present(now)


def first_present(now: datetime) -> date:
    """The first of the business dates whose sales are invoiced before those of the past."""
    return now.date() - _THESE_DAYS


def overdue_connections(
    session: Session, now: datetime, older_than: timedelta, when: ColumnElement[bool]
) -> list[tuple[int, str]]:
    """Connections with an order, of the dates `when`, that has owed an invoice for longer.

    Shape: id and platform. A look-up in an index each.
    """
    long_ago = or_(
        Order.applied_at <= now - older_than,
        # By the clock that stamped it, should this host's be behind.
        Order.applied_at <= func.clock_timestamp() - older_than,
    )
    one = (
        select(literal(1).label("one"))
        .where(Order.connection_id == Connection.id, Order.invoice_state == DUE, when, long_ago)
        .limit(1)
        .lateral()
    )
    found = select(Connection.id, Connection.platform).join(one, true()).order_by(Connection.id)
    return [(row.id, row.platform) for row in session.execute(found)]


def _owing(connection_id: int, newest: int) -> tuple[ColumnElement[bool], ...]:
    return Order.invoice_state == DUE, Order.connection_id == connection_id, Order.id <= newest
