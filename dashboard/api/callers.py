"""Who calls the API: a script with a bearer token, or the page of a person who is signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from config import clock
from dashboard import csrf
from dashboard.access import Visitor, visitor
from dashboard.problem import problem
from models import api_tokens
from models.session import unit_of_work

View = Callable[..., Any]
_SCHEME = "bearer "


def called(view: View) -> View:
    """A route for callers we know: `view(database, caller, ...)` in one transaction."""

    @wraps(view)
    def answer(*given: Any, **parts: Any) -> Any:
        with unit_of_work() as database:
            caller = _caller(database)
            if caller is not None:
                return view(database, caller, *given, **parts)
        refusal = problem(
            401,
            "auth.required",
            "This needs a token of yours, or a session.",
            "Send 'Authorization: Bearer …'; tokens are made on the page /tokens.",
        )
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal

    return answer


def _caller(database: Session) -> Visitor | None:
    given = request.headers.get("Authorization", "")
    if given:
        return _by_token(database, given) if given.lower().startswith(_SCHEME) else None
    found = visitor(database, clock.now())
    if found is not None:
        # A browser sends the session's cookie whoever asks it to; a token, only its holder.
        csrf.check()
    return found


def _by_token(database: Session, given: str) -> Visitor | None:
    found = api_tokens.holder(database, given[len(_SCHEME) :].strip(), clock.now())
    if found is None:
        return None
    held, organization = found
    return Visitor(organization.id, organization.name, held.name, organization.operates)
