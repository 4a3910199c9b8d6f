"""How often a client of a platform has tried to log in: platforms count that, whoever it serves."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

# A lock class of its own, so that no other use of advisory locks meets this one.
_LOCK = 7_203_116


class ClientLogins(Base):
    """The last attempts of one client, by our clock.

    Of the installation, not of an organization: one client may serve several. `client` is a digest
    of what it logs in with, and no token is kept here.
    """

    __tablename__ = "client_logins"

    client: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))


def client_of(platform: str, base_url: str, credentials: Sequence[str]) -> str:
    """The digest of what a client logs in with at a platform's address.

    With its secret: who merely knows its name uses up none of its logins.
    """
    named = "\n".join((platform, base_url, *credentials))
    return hashlib.sha256(named.encode()).hexdigest()


def take_turn(session: Session, client: str) -> None:
    """Until the transaction ends, nobody else logs in as this client."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(client))))


def attempts(session: Session, client: str) -> list[datetime]:
    """When it last tried to log in."""
    return session.scalar(select(ClientLogins.attempts).filter_by(client=client)) or []


def note(session: Session, client: str, at: Sequence[datetime]) -> None:
    """Keep when it last tried to log in."""
    told = insert(ClientLogins).values(client=client, attempts=list(at))
    session.execute(
        told.on_conflict_do_update(
            index_elements=["client"], set_={"attempts": told.excluded.attempts}
        )
    )
