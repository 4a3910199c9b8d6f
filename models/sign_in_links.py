"""One-time links: made, and used once. Only digests of their tokens are ever stored."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models.organization import SignInLink, User

VALID = timedelta(minutes=15)


def make(session: Session, user: User, now: datetime) -> str:
    """A new link's token, good for `VALID`. Effects: links that ran out are forgotten."""
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now - VALID))
    token = secrets.token_urlsafe(32)
    session.add(
        SignInLink(
            organization_id=user.organization_id,
            user_id=user.id,
            digest=digest(token),
            expires_at=now + VALID,
        )
    )
    session.flush()
    return token


def use(session: Session, token: str, now: datetime) -> int | None:
    """The user a link signs in; None when it was used before, ran out or never was.

    Of two uses at once the row's lock lets one win.
    """
    return session.scalars(
        update(SignInLink)
        .where(
            SignInLink.digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.user_id)
        .execution_options(synchronize_session=False)
    ).first()


def digest(token: str) -> str:
    """What is stored of a token; the token is random, so a plain hash gives nothing away."""
    return sha256(token.encode()).hexdigest()
