"""Who bought, as a platform says."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Key, Owned, Stamped


class Customer(Owned, Stamped, Base):
    """A guest or buyer of one connection, as the newest orders that name them say.

    `version` is the newest order's; each fact has that of the newest one that told it, so that an
    older copy that arrives late adds only what no newer one tells.

    `email_key` and `phone_key` are e-mail and phone in one form, by which it is matched to a
    person; `name_key` and `surname_key` the name, with the first and with the last name in front.
    These and the persons are written by `person_match` alone; `matched` is false until that was
    done with what is known now. `own_person_id` is the person that was made for it, if one was,
    whoever it is part of.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_customers_connection_id_id", "connection_id", "id"),
        # With whom else they are: a key's first few faces are read off the end of its index.
        Index(
            "ix_customers_email_key",
            *("organization_id", "email_key", text("coalesce(phone_key, name_key)")),
            postgresql_where=text("email_key IS NOT NULL"),
        ),
        Index(
            "ix_customers_phone_key",
            *("organization_id", "phone_key", text("coalesce(email_key, name_key)")),
            postgresql_where=text("phone_key IS NOT NULL"),
        ),
        Index("ix_customers_name_key", "organization_id", "name_key"),
        Index("ix_customers_surname_key", "organization_id", "surname_key"),
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
    phone_region: Mapped[str | None]
    email_key: Mapped[Key | None]
    phone_key: Mapped[Key | None]
    name_key: Mapped[Key | None]
    surname_key: Mapped[Key | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))
    # No foreign key: a person stays for as long as its organization does.
    own_person_id: Mapped[int | None]
    matched: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
