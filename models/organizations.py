"""Queries on organizations and their people."""

from datetime import datetime

from sqlalchemy import Row, select, text, update
from sqlalchemy.orm import Session

from models.organization import Organization, User

# Two processes that start at once on an empty database make one organization.
_FIRST_LOCK = 7_203_115
FIRST_NAME = "My organization"
OWNER_EMAIL = "owner@localhost"


def every(session: Session) -> list[Organization]:
    """All organizations, the oldest first."""
    return list(session.scalars(select(Organization).order_by(Organization.id)))


def first(session: Session, *, name: str, owner_email: str, owner_name: str) -> Organization:
    """The oldest organization, made with its owner when there is none yet."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_LOCK})
    found = session.scalars(select(Organization).order_by(Organization.id).limit(1)).first()
    if found is not None:
        return found
    made = Organization(name=name)
    session.add(made)
    session.flush()
    session.add(User(organization_id=made.id, email=owner_email, name=owner_name))
    return made


def ensure_first(session: Session) -> tuple[Organization, User]:
    """The oldest organization and its owner, made when there are none yet.

    Two processes may call this at once: their transactions take turns.
    """
    organization = first(session, name=FIRST_NAME, owner_email=OWNER_EMAIL, owner_name="Owner")
    session.flush()
    person = owner(session, organization.id)
    if person is None:
        person = User(organization_id=organization.id, email=OWNER_EMAIL, name="Owner")
        session.add(person)
        session.flush()
    return organization, person


def owner(session: Session, organization_id: int) -> User | None:
    """The organization's first person."""
    return session.scalars(
        select(User).where(User.organization_id == organization_id).order_by(User.id).limit(1)
    ).first()


def person(session: Session, user_id: int) -> Row[User, Organization] | None:
    """A user together with the organization it belongs to."""
    return session.execute(
        select(User, Organization)
        .join(Organization, Organization.id == User.organization_id)
        .where(User.id == user_id)
    ).first()


def seen(session: Session, user_id: int, now: datetime) -> None:
    """Note that a person was here."""
    session.execute(update(User).where(User.id == user_id).values(last_seen_at=now))
