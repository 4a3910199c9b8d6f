"""Queries on organizations and their people."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.organization import Organization, User

# Two processes that start at once on an empty database make one organization.
_FIRST_LOCK = 7_203_115


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


def owner(session: Session, organization_id: int) -> User | None:
    """The organization's first person."""
    return session.scalars(
        select(User).where(User.organization_id == organization_id).order_by(User.id).limit(1)
    ).first()
