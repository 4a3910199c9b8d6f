"""Keys for scripts: a bearer token of an organization, stored as its digest."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Stamped


class ApiToken(Owned, Stamped, Base):
    """One script's key to the JSON API. Its name says whose; deleting the row ends it."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    last_used_at: Mapped[Instant | None]
