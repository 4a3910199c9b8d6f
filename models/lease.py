"""One reader at a time for a cursor or a slice, with a number that fences off the others.

A reader may be frozen and come back after it was replaced. So a lease isn't only a time: each
reader gets the next number, and whatever it stores is stored under that number or not at all.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from config.errors import TransientError
from models.cursor import StreamCursor
from models.sync_run import Slice

# Longer than one call takes at its slowest (the client gives up after 25 s), short enough that
# work of a killed reader goes on soon.
LEASE = timedelta(seconds=30)


class LeaseLostError(TransientError):
    """Another reader took over; what this one holds must not be stored."""


Leased = TypeVar("Leased", StreamCursor, Slice)


def take(
    session: Session,
    kind: type[Leased],
    row_id: int,
    now: datetime,
    *conditions: ColumnElement[bool],
) -> Leased | None:
    """Become the reader of a row; None while another one is at it or `conditions` don't hold."""
    return session.scalars(
        update(kind)
        .where(kind.id == row_id, unread(kind, now), *conditions)
        .values(lease=kind.lease + 1, leased_until=now + LEASE)
        .returning(kind)
        .execution_options(populate_existing=True)
    ).first()


def unread(kind: type[StreamCursor | Slice], now: datetime) -> ColumnElement[bool]:
    """The condition of a row that nobody reads."""
    return or_(kind.leased_until.is_(None), kind.leased_until < now)


def is_left(session: Session, kind: type[Leased], row_id: int) -> bool:
    """Whether a lease is still there, for whoever takes the row next in this transaction.

    A reader that ends lets go of its lease: this one's died, was frozen, or couldn't say so.
    """
    query = select(kind.leased_until.is_not(None)).where(kind.id == row_id)
    return bool(session.scalar(query.with_for_update()))


def keep(session: Session, row: StreamCursor | Slice, now: datetime, **changes: Any) -> None:
    """Store `changes` under this lease and hold it longer.

    Raises: LeaseLostError when another reader has taken over.
    """
    _under_lease(session, row, {"leased_until": now + LEASE, **changes})


def release(session: Session, row: StreamCursor | Slice, **changes: Any) -> None:
    """Store `changes` and let others in.

    Raises: LeaseLostError when another reader has taken over.
    """
    _under_lease(session, row, {"leased_until": None, **changes})


def _under_lease(session: Session, row: StreamCursor | Slice, values: dict[str, Any]) -> None:
    kind = type(row)
    held = session.execute(
        update(kind)
        .where(kind.id == row.id, kind.lease == row.lease)
        .values(**values)
        .returning(kind.id)
        .execution_options(synchronize_session=False)
    )
    if held.first() is None:
        raise LeaseLostError("lease.lost", "Another worker took this reading over.")
