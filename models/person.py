"""A guest or buyer as one, however many platforms and locations know them."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped


class Person(Owned, Stamped, Base):
    """Customers that share an e-mail or a phone. None of them is lost in it: each points here.

    One that turned out to be the same as an older one is merged into that, and keeps its row:
    should they turn out to be two, it is itself again.
    """

    __tablename__ = "persons"
    __table_args__ = (
        Index(
            "ix_persons_organization_id_id",
            *("organization_id", "id"),
            postgresql_where=text("merged_into_id IS NULL"),
        ),
    )

    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="SET NULL")
    )
    merged_at: Mapped[Instant | None]
