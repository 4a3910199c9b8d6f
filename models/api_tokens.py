"""Queries on API tokens: made, recognised, revoked."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.orm import Session

from config.errors import PermanentError
from models.api_token import ApiToken
from models.organization import Organization
from models.sign_in_links import digest

PREFIX = "txp_"
# Noting every use would write a row for each call.
_NOTED_EVERY = timedelta(minutes=1)
# Put together once: it is asked before each call's own query.
_HELD = (
    select(ApiToken, Organization)
    .join(Organization, Organization.id == ApiToken.organization_id)
    .where(ApiToken.digest == bindparam("digest"))
)


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


def holder(session: Session, token: str, now: datetime) -> Row[ApiToken, Organization] | None:
    """A token that is good and whose it is; notes its use."""
    found = session.execute(_HELD, {"digest": digest(token)}).first()
    if found is not None:
        held = found[0]
        if held.last_used_at is None or held.last_used_at < now - _NOTED_EVERY:
            held.last_used_at = now
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
