"""Who bought, as a platform says."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped


class Customer(Owned, Stamped, Base):
    """A guest or buyer of one connection, as the newest orders that name them say.

    `version` is the newest order's; each fact has that of the newest one that told it, so that an
    older copy that arrives late adds only what no newer one tells.

    `email_key` and `phone_key` are e-mail and phone in one form, by which it is matched to a
    `person`; `matched` is false until that was done with what is known now.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_customers_connection_id_id", "connection_id", "id"),
        Index("ix_customers_email_key", "organization_id", "email_key"),
        Index("ix_customers_phone_key", "organization_id", "phone_key"),
        Index("ix_customers_person_id", "person_id"),
        Index(
            "ix_customers_unmatched", "organization_id", "id", postgresql_where=text("NOT matched")
        ),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    version: Mapped[Instant]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    first_name_version: Mapped[Instant | None]
    last_name_version: Mapped[Instant | None]
    email_version: Mapped[Instant | None]
    phone_version: Mapped[Instant | None]
    phone_country: Mapped[str | None]
    phone_country_version: Mapped[Instant | None]
    email_key: Mapped[str | None]
    phone_key: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    matched: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
