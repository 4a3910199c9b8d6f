"""Queries on API tokens: made, recognised, revoked."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.errors import PermanentError
from models.api_token import ApiToken
from models.sign_in_links import digest

PREFIX = "txp_"
# Noting every use would write a row for each call.
_NOTED_EVERY = timedelta(minutes=1)


class TokenNameTakenError(PermanentError):
    """A token of that name exists already."""


def make(session: Session, organization_id: int, name: str) -> str:
    """A new token; it is shown once and can't be read again. Raises: TokenNameTakenError."""
    ours = ApiToken.organization_id == organization_id
    if session.scalars(select(ApiToken.id).where(ours, ApiToken.name == name)).first():
        raise TokenNameTakenError(
            "token.taken",
            f"There is already a token named '{name}'.",
            next_step="Choose another name, or revoke that one first.",
        )
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(ApiToken(organization_id=organization_id, name=name, digest=digest(token)))
    session.flush()
    return token


def holder(session: Session, token: str, now: datetime) -> ApiToken | None:
    """The row of a token that is good; notes its use."""
    found = session.scalars(select(ApiToken).where(ApiToken.digest == digest(token))).first()
    if found is not None and (
        found.last_used_at is None or found.last_used_at < now - _NOTED_EVERY
    ):
        found.last_used_at = now
    return found


def of_organization(session: Session, organization_id: int) -> list[ApiToken]:
    """A merchant's tokens by name."""
    ours = ApiToken.organization_id == organization_id
    return list(session.scalars(select(ApiToken).where(ours).order_by(ApiToken.name)))


def revoke(session: Session, organization_id: int, token_id: int) -> None:
    """End a token; from the next call on it is refused."""
    session.execute(
        delete(ApiToken).where(ApiToken.organization_id == organization_id, ApiToken.id == token_id)
    )
