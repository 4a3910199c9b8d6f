"""Notices that a platform's deliveries of sales stopped while sales go on.

Platforms stop each kind of delivery by itself: that stock is still told of says nothing of sales.

Nothing is missed by it: reading brings what no delivery told of, a minute later. But stock, menus
and openings are read more seldom, and whoever runs the platform's account is to mend it.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.connection import Connection
from models.cursor import StreamCursor, at_rest
from models.inbox_event import InboxEvent
from models.order import Order
from models.paging import end_of

# A platform tries again for a quarter of an hour; what comes within is late, no silence.
SILENT_AFTER = timedelta(minutes=15)
# Its clock and ours may differ by less than this.
_CLOCKS = timedelta(minutes=5)
# Among so many of the newest deliveries one that tells of a sale is looked for.
_LOOKED_AT = 500
# Meanwhile what deliveries would have told at once is read this often.
_READ_EVERY = timedelta(minutes=5)


def is_silent(unannounced_since: datetime | None, now: datetime) -> bool:
    """Whether deliveries have stopped for longer than a platform goes on trying."""
    return unannounced_since is not None and now - unannounced_since >= SILENT_AFTER


def note(session: Session, connection_id: int, changed_at: datetime, now: datetime) -> None:
    """A reading brought a sale as of `changed_at`: see whether one was told of since then.

    Nothing is said of a connection that never had one: it may not be meant to.
    """
    since = session.scalar(
        select(Connection.unannounced_since).where(Connection.id == connection_id)
    )
    if since is None:
        last = _last_delivery_at(session, connection_id)
        if last is None or last >= changed_at - _CLOCKS:
            return
        since = changed_at
        session.execute(
            update(Connection)
            .where(Connection.id == connection_id, Connection.unannounced_since.is_(None))
            .values(unannounced_since=since)
            .execution_options(synchronize_session=False)
        )
    if is_silent(since, now):
        _read_by(session, connection_id, now + _READ_EVERY)


def over(session: Session, connection_id: int, now: datetime) -> None:
    """A sale was told of: after a silence what others would have told is read at once."""
    ours = select(Connection).where(Connection.id == connection_id).with_for_update(key_share=True)
    connection = session.scalars(ours).one()
    if is_silent(connection.unannounced_since, now):
        _read_by(session, connection_id, now)
    connection.unannounced_since = None


def _read_by(session: Session, connection_id: int, at: datetime) -> None:
    later = at_rest(
        StreamCursor.connection_id == connection_id,
        ~StreamCursor.sales,
        StreamCursor.next_due_at > at,
        StreamCursor.failures == 0,
    )
    session.execute(
        update(StreamCursor)
        .where(StreamCursor.id.in_(later))
        .values(next_due_at=func.least(StreamCursor.next_due_at, at))
        .execution_options(synchronize_session=False)
    )


def _last_delivery_at(session: Session, connection_id: int) -> datetime | None:
    """When a delivery of an order that we have came last."""
    at, key = InboxEvent.connection_id, InboxEvent.id
    newest = (
        select(InboxEvent.received_at, InboxEvent.record_external_id)
        .where(end_of(at, key, connection_id, None))
        .order_by(at.desc(), key.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    sold = select(Order.id).where(
        Order.connection_id == connection_id, Order.external_id == newest.c.record_external_id
    )
    last: datetime | None = session.scalar(
        select(func.max(newest.c.received_at)).where(sold.exists())
    )
    return last
