"""Queries on organizations and their people."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.organization import Organization, User

# Two processes that start at once on an empty database make one organization.
_FIRST_LOCK = 7_203_115
FIRST_NAME = "My organization"
OWNER_EMAIL = "owner@localhost"


def every(session: Session) -> list[Organization]:
    """All organizations, the oldest first."""
    return list(session.scalars(select(Organization).order_by(Organization.id)))


def ensure_first(session: Session) -> tuple[Organization, User]:
    """The oldest organization and its owner, made when there are none yet.

    The one that is made operates the installation: whoever set that up is its owner.
    Two processes may call this at once: their transactions take turns.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_LOCK})
    organization = session.scalars(select(Organization).order_by(Organization.id).limit(1)).first()
    if organization is None:
        organization = Organization(name=FIRST_NAME, operates=True)
        session.add(organization)
        session.flush()
    found = owner(session, organization.id)
    if found is None:
        found = User(organization_id=organization.id, email=OWNER_EMAIL, name="Owner")
        session.add(found)
        session.flush()
    return organization, found


def owner(session: Session, organization_id: int) -> User | None:
    """The organization's first person."""
    return session.scalars(
        select(User).where(User.organization_id == organization_id).order_by(User.id).limit(1)
    ).first()


def by_email(session: Session, email: str) -> User | None:
    """Whoever has that address, in the oldest organization that knows it."""
    return session.scalars(
        select(User).where(User.email == email).order_by(User.organization_id).limit(1)
    ).first()
