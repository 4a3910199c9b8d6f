"""The merchant, its people, and how they sign in."""

from sqlalchemy import BigInteger, ForeignKey, Identity, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped


class Organization(Stamped, Base):
    """A merchant; every other row belongs to one."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    # Its people and tokens see what is the installation's and no merchant's.
    operates: Mapped[bool] = mapped_column(default=False, server_default=false())


class User(Owned, Stamped, Base):
    """A person of an organization. Signs in by one-time link."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("organization_id", "email"),)

    email: Mapped[str]
    name: Mapped[str]


class SignInLink(Owned, Stamped, Base):
    """A one-time link: only the digest of its token is kept."""

    __tablename__ = "sign_in_links"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
