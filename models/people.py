"""Queries on the people who sign in."""

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.organization import Organization, User


def with_organization(session: Session, user_id: int) -> Row[User, Organization] | None:
    """A person together with the organization they belong to."""
    return session.execute(
        select(User, Organization)
        .join(Organization, Organization.id == User.organization_id)
        .where(User.id == user_id)
    ).first()
