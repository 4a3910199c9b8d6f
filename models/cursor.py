"""Where reading of a stream resumes, and who reads it now."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    and_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped
from models.location import Location


class StreamCursor(Owned, Stamped, Base):
    """One stream of one location. `resume` moves with the rows, `watermark` with a window.

    `lease` numbers the reader: a page is stored only under the newest number, so that a reader
    that was frozen and replaced can't write over its successor.
    """

    __tablename__ = "cursors"
    __table_args__ = (
        UniqueConstraint("connection_id", "stream", "location_external_id"),
        Index("ix_cursors_next_due_at", "next_due_at"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    stream: Mapped[str]
    location_external_id: Mapped[str] = mapped_column(default="")
    resume: Mapped[dict[str, Any] | None]
    watermark: Mapped[Instant | None]
    next_due_at: Mapped[Instant]
    lease: Mapped[int] = mapped_column(default=0, server_default="0")
    leased_until: Mapped[Instant | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    sales: Mapped[bool] = mapped_column(default=True, server_default=true())


AT_LOCATION = and_(
    Location.connection_id == StreamCursor.connection_id,
    Location.external_id == StreamCursor.location_external_id,
)
# A site that is closed or can't be read is asked for again once it is listed again.
IS_GONE = select(Location.id).where(AT_LOCATION, Location.archived).correlate(StreamCursor).exists()


def at_rest(*conditions: ColumnElement[bool]) -> Select[int]:
    """The cursors that fit and that no other transaction is writing, locked; by their id.

    Whoever writes one goes on to its connection. One that holds the connection and waited here for
    a cursor would meet it there.
    """
    return select(StreamCursor.id).where(*conditions).with_for_update(skip_locked=True)
