"""After the database's clock was set back: what waits for an hour that lies ahead waits no more.

Nobody knows which of these waits were meant: each is tried once sooner, which does no harm.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.lease import LEASE

_LATEST = f"statement_timestamp() + interval '{LEASE.total_seconds():.0f} seconds'"
# Times at which something is tried, and until which nobody else may: table, column, which rows.
_AHEAD = (
    ("cursors", "next_due_at", "next_due_at > statement_timestamp()"),
    ("cursors", "leased_until", f"leased_until > {_LATEST}"),
    (
        "sync_slices",
        "next_attempt_at",
        "next_attempt_at > statement_timestamp() AND status <> 'done'",
    ),
    ("sync_slices", "leased_until", f"leased_until > {_LATEST}"),
    (
        "inbox_events",
        "next_attempt_at",
        "next_attempt_at > statement_timestamp() AND state = 'pending'",
    ),
)
# What somebody writes just now gets its time anew. So many at a time, as each statement may take
# its time, and no more.
_AT_ONCE = 10_000
_NOW = """
UPDATE {table} SET {column} = statement_timestamp() WHERE id IN (
    SELECT id FROM {table} WHERE {ahead} LIMIT {limit} FOR UPDATE SKIP LOCKED)
"""


def catch_up(session: Session) -> None:
    """Have all of it looked at now."""
    for table, column, ahead in _AHEAD:
        found = text(_NOW.format(table=table, column=column, ahead=ahead, limit=_AT_ONCE))
        while session.execute(found).rowcount == _AT_ONCE:  # type: ignore[attr-defined]
            pass
