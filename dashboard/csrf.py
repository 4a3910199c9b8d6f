"""Proof that a form was ours: a random word of the session that other sites can't know."""

import hmac
import secrets

from flask import request, session

from config.errors import PermanentError

FIELD = "csrf"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedFormError(PermanentError):
    """A form without the word of the session it was sent in."""


def token() -> str:
    """This session's word, made when first asked for."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(24)
    return str(session[FIELD])


def check() -> None:
    """Refuse a request that changes something without the word. Raises: ForgedFormError."""
    if request.method in _SAFE:
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    known = session.get(FIELD, "")
    if not known or not hmac.compare_digest(str(given).encode(), str(known).encode()):
        raise ForgedFormError(
            "form.expired",
            "This form has expired, so nothing was changed.",
            next_step="Go back, reload the page and send it again.",
        )
