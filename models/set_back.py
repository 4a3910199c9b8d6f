"""What waits for an hour that lies ahead because of a clock: it waits no more.

The database's was set back, or a host's was ahead as it wrote. Nobody knows which of these waits
were meant: each is tried once sooner, which does no harm.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.lease import LEASE

# Times at which something is tried, and until which nobody else may: table, column, which rows.
_TRIED = (
    ("cursors", "next_due_at", "true"),
    ("sync_slices", "next_attempt_at", "status <> 'done'"),
    ("inbox_events", "next_attempt_at", "state = 'pending'"),
)
_LEASED = (("cursors", "leased_until", "true"), ("sync_slices", "leased_until", "true"))
# Further ahead than a reader's clock may be, and longer than anything waits.
_LEASED_ODDLY = timedelta(minutes=5)
_WAITS_ODDLY = timedelta(days=1)
# What somebody writes just now gets its time anew. So many at a time, as each statement may take
# its time, and no more.
_AT_ONCE = 10_000
_NOW = """
UPDATE {table} SET {column} = statement_timestamp() WHERE id IN (
    SELECT id FROM {table} WHERE {column} > statement_timestamp() + :ahead AND {which}
    LIMIT {limit} FOR UPDATE SKIP LOCKED)
"""


def catch_up(session: Session) -> None:
    """After the database's clock was set back: have all of it looked at now."""
    _heed(session, _TRIED, timedelta())
    _heed(session, _LEASED, LEASE)


def heed_hosts(session: Session) -> int:
    """After a host's clock was ahead for a while: have looked at what it put off too far.

    Returns: how many rows that were.
    """
    return _heed(session, _TRIED, _WAITS_ODDLY) + _heed(session, _LEASED, _LEASED_ODDLY)


def _heed(session: Session, times: Sequence[tuple[str, str, str]], ahead: timedelta) -> int:
    heeded = 0
    for table, column, which in times:
        found = text(_NOW.format(table=table, column=column, which=which, limit=_AT_ONCE))
        while rows := session.execute(found, {"ahead": ahead}).rowcount:  # type: ignore[attr-defined]
            heeded += rows
            if rows < _AT_ONCE:
                break
    return heeded
