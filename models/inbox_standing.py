"""What waits in the inbox: of a connection, and for too long."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.orm import Session

from models.inbox_event import PENDING, InboxEvent

# As plain text: it is asked at each turn's end, and put together anew it would cost as much as all
# else of a look.
_ANY_WAITS = """
SELECT 1 FROM inbox_events
WHERE connection_id = %s AND state = 'pending' AND losses = 0
  AND (next_attempt_at <= %s OR attempts = 0) LIMIT 1
"""


def any_waits(db: Connection, connection_id: int, now: datetime) -> bool:
    """Whether `inbox.claim` would give one, unless others have them all.

    It locks none: that would be a commit that waits for the disk.
    """
    return db.exec_driver_sql(_ANY_WAITS, (connection_id, now)).first() is not None


# In the order of an index that holds no others, and of the first few alone: a mountain of what was
# postponed isn't to be climbed at each look. What has lain there for long is waited for by nobody.
_ANYBODY_WAITS = """
SELECT 1 FROM (
    SELECT attempts, losses, received_at FROM inbox_events WHERE state = 'pending'
    ORDER BY connection_id, id LIMIT 50
) AS first_few
WHERE attempts = 0 AND losses = 0 AND received_at > now() - interval '10 minutes' LIMIT 1
"""


def anybody_waits(db: Connection) -> bool:
    """Whether one of the first fifty deliveries, whoever's they are, came lately and is untried.

    For whoever gives way: behind fifty that were postponed none is seen.
    """
    return db.exec_driver_sql(_ANYBODY_WAITS).first() is not None


def waiting_connections(session: Session, now: datetime, older_than: timedelta) -> list[int]:
    """Connections with deliveries that should have been picked up by now."""
    return list(
        session.scalars(
            select(InboxEvent.connection_id)
            .where(InboxEvent.state == PENDING, _overdue(now, older_than))
            .distinct()
        )
    )


def suspect_connections(session: Session, now: datetime, older_than: timedelta) -> list[int]:
    """Connections with deliveries that wait to be handled one by one."""
    return list(
        session.scalars(
            select(InboxEvent.connection_id)
            .where(InboxEvent.state == PENDING, InboxEvent.losses > 0, _overdue(now, older_than))
            .distinct()
        )
    )


def _overdue(now: datetime, older_than: timedelta) -> ColumnElement[bool]:
    return or_(
        InboxEvent.next_attempt_at <= now - older_than,
        # By the clock that stamped it, should this host's be behind.
        and_(
            InboxEvent.attempts == 0,
            InboxEvent.next_attempt_at <= func.clock_timestamp() - older_than,
        ),
    )
