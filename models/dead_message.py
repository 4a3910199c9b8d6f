"""Messages that no worker could work on, each with its reason: seen, and sent again by a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, RowMapping, func, inspect, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.errors import Fault
from models.base import Base, Instant, Raw
from models.paging import FIRST, Listed, Sort, Span, page
from models.storable import storable

WAITING = "waiting"
RETRIED = "retried"
DISMISSED = "dismissed"
STATES = (WAITING, RETRIED, DISMISSED)
# What a message tells of itself is cut here; an index row holds no more either.
_LONGEST = 500


class DeadMessage(Base):
    """A message set aside. Of the installation: what is garbled doesn't say whose it is.

    The same one found again while it waits is counted in its row.
    """

    __tablename__ = "dead_messages"
    __table_args__ = (
        Index(
            "ix_dead_messages_waiting",
            "fingerprint",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_dead_messages_seen_at", "seen_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    fingerprint: Mapped[str]
    queue: Mapped[str]
    task: Mapped[str | None]
    # As it lay in the broker, or its beginning: `size` is that of the whole.
    body: Mapped[Raw]
    size: Mapped[int]
    error_code: Mapped[str]
    error: Mapped[str]
    next_step: Mapped[str]
    worker: Mapped[str]
    first_seen_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    times: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[str] = mapped_column(default=WAITING, server_default=WAITING)
    settled_at: Mapped[Instant | None]


_COLUMNS = tuple(c for c in inspect(DeadMessage).columns if c.key not in {"body", "fingerprint"})
_NEWEST = Sort("-id", (DeadMessage.id,))


def keep(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Store messages set aside; one of a kind that waits is counted.

    Shape: `queue, task, body, size, error_code, error, next_step, worker, seen_at`, and `about`,
    which is the same for messages that ask for the same.
    """
    for entry in entries:
        values = {**entry, "first_seen_at": entry["seen_at"], "fingerprint": _fingerprint(entry)}
        del values["about"]
        for name in ("queue", "task", "error_code", "error", "next_step", "worker"):
            values[name] = values[name] and storable(values[name])[:_LONGEST]
        made = insert(DeadMessage).values(values)
        session.execute(
            made.on_conflict_do_update(
                index_elements=["fingerprint"],
                index_where=text("state = 'waiting'"),
                set_={
                    "times": DeadMessage.times + 1,
                    "seen_at": made.excluded.seen_at,
                    "worker": made.excluded.worker,
                },
            )
        )


def dead_messages(session: Session, *, state: str | None = WAITING, span: Span = FIRST) -> Listed:
    """A page of the installation's, newest first, without their bodies. Raises: CursorError."""
    query = select(*_COLUMNS)
    if state is not None:
        query = query.where(DeadMessage.state == state)
    return page(session, query, _NEWEST, span)


def waiting(session: Session, ids: Sequence[int] | None = None) -> list[RowMapping]:
    """Those that wait, bodies included, oldest first; of `ids`, or all."""
    query = select(*_COLUMNS, DeadMessage.body).where(DeadMessage.state == WAITING)
    if ids is not None:
        query = query.where(DeadMessage.id.in_(ids))
    return list(session.execute(query.order_by(DeadMessage.id)).mappings())


def settle(session: Session, ids: Sequence[int], state: str) -> list[int]:
    """Note that those of `ids` which wait were sent again or dismissed; returns them."""
    settled = session.scalars(
        update(DeadMessage)
        .where(DeadMessage.id.in_(ids), DeadMessage.state == WAITING)
        .values(state=state, settled_at=func.clock_timestamp())
        .returning(DeadMessage.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(settled)


def refuse(session: Session, message_id: int, fault: Fault) -> None:
    """Note why a message can't be sent again now."""
    session.execute(
        update(DeadMessage)
        .where(DeadMessage.id == message_id, DeadMessage.state == WAITING)
        .values(error_code=fault.code, error=storable(fault.sentence), next_step=fault.next_step)
    )


def count_waiting(session: Session) -> int:
    """How many wait for a person."""
    query = select(func.count()).where(DeadMessage.state == WAITING)
    return int(session.scalar(query.select_from(DeadMessage)) or 0)


def prune(session: Session, before: datetime) -> None:
    """Forget those that were settled, and not seen since `before`."""
    session.execute(
        text("DELETE FROM dead_messages WHERE state <> 'waiting' AND seen_at < :before"),
        {"before": before},
    )


def _fingerprint(entry: Mapping[str, Any]) -> str:
    parts = (entry["queue"], entry["error_code"], entry["task"] or "", entry["about"])
    return blake2b("\x00".join(parts).encode(errors="replace"), digest_size=16).hexdigest()
