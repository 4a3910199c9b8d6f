"""Logging in, and what a token says of the account.

Source: Toast developer guide, "Authentication token refresh",
    https://doc.toasttab.com/doc/devguide/apiAuthTokenRefresh.html, read 2026-11-01.
    A token lasts about a day; asking again gives the same one until its last minute. More than
    two logins an hour may be held against the client.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msgspec

from config.errors import PermanentError
from connectors.base.contract import Health, Http, Request, Response, Tokens
from connectors.toast.grants import GRANTS
from connectors.toast.limits import ADDRESS, BUCKETS
from connectors.toast.outcomes import LOGIN

_NEEDED = frozenset(grant.scope for grant in GRANTS if grant.needed)
# What more than these may be held against, by whichever of our processes.
LOGINS_AN_HOUR = 2
_CLAIMS = "https://toasttab.com/"


class _Token(msgspec.Struct):
    accessToken: str | None = None
    expiresIn: int | None = None


class _Login(msgspec.Struct):
    token: _Token | None = None


_logins = msgspec.json.Decoder(_Login)


def login(http: Http, client_id: str, client_secret: str) -> Tokens:
    """A token for all restaurants of the account.

    Raises: PermanentError when Toast answers without one.
    """
    body = {
        "clientId": client_id,
        "clientSecret": client_secret,
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    response = http.send(Request("POST", LOGIN, json=body, auth=False, buckets=ADDRESS))
    token = _token(response)
    claims = _claims(token.accessToken or "")
    return Tokens(
        access=token.accessToken or "",
        expires_at=_expiry(token, claims, response),
        account=_account(claims) or client_id,
        scopes=frozenset(str(claims.get("scope") or "").split()),
    )


def health(tokens: Tokens) -> Health:
    """What a fresh token says of the account and of what it may read.

    A scope that is needed is told as missing; of any other a warning says what stays empty.
    """
    return Health(
        account=tokens.account,
        name=str(_claims(tokens.access).get(f"{_CLAIMS}client_name") or ""),
        scopes=tokens.scopes,
        # A token that is no JWT doesn't tell its scopes; then none is known to be missing.
        missing_scopes=_NEEDED - tokens.scopes if tokens.scopes else frozenset(),
        limits={
            bucket.name: f"{bucket.capacity} calls per {bucket.window.total_seconds():g} s"
            for bucket in BUCKETS.values()
        },
        warnings=_warnings(tokens.scopes) if tokens.scopes else (),
    )


def _warnings(scopes: frozenset[str]) -> list[str]:
    return [
        f"Without the scope {grant.scope} {grant.without}."
        for grant in GRANTS
        if grant.scope not in scopes | _NEEDED
    ]


def _token(response: Response) -> _Token:
    try:
        token = _logins.decode(response.body).token
    except (msgspec.DecodeError, UnicodeDecodeError):
        token = None
    if response.status == 200 and token is not None and token.accessToken:
        return token
    raise PermanentError(
        "toast.no_token",
        "Toast took the client id and secret but gave no token.",
        next_step="Check that the connection's api_url is that of Toast's API.",
    )


def _expiry(token: _Token, claims: Mapping[str, Any], response: Response) -> datetime | None:
    """When the token ends, by Toast's clock: `expiresIn` is what remains at the time of asking."""
    if token.expiresIn is not None:
        return response.server_time + timedelta(seconds=token.expiresIn)
    ends = claims.get("exp")
    return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) else None


def _claims(access: str) -> Mapping[str, Any]:
    """The claims of a token, for information: Toast verifies its tokens, we needn't."""
    try:
        return dict(jwt.decode(access, options={"verify_signature": False, "verify_exp": False}))
    except jwt.InvalidTokenError:
        return {}


def _account(claims: Mapping[str, Any]) -> str:
    named = (claims.get(f"{_CLAIMS}{kind}") for kind in ("partner_guid", "management_set_guid"))
    return next((str(guid) for guid in named if guid), "")
