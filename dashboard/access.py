"""Who is asking. On behalf of which organization a request is made is decided here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import abort, g, redirect, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import clock
from models import people
from models.session import unit_of_work

IDLE = timedelta(hours=12)
# The cookie is renewed no more often than this while somebody is at it.
_RENEWED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Visitor:
    """On whose behalf a request is made. Every query takes its `organization_id` from here.

    Those of the organization that `operates` the installation see what is no merchant's, too.
    """

    organization_id: int
    organization: str
    name: str
    operates: bool = False


def begin(user_id: int, now: datetime) -> None:
    """Sign a person in, in a session of its own."""
    session.clear()
    session.permanent = True
    session["user"] = user_id
    session["seen"] = now.timestamp()


def visitor(database: Session, now: datetime, *, renew: bool = True) -> Visitor | None:
    """The person this session belongs to; None when it has been idle too long or never was."""
    user_id, seen = session.get("user"), session.get("seen")
    if not isinstance(user_id, int) or not isinstance(seen, int | float):
        return None
    idle = now.timestamp() - seen
    if idle > IDLE.total_seconds():
        session.clear()
        return None
    found = people.with_organization(database, user_id)
    if found is None:
        session.clear()
        return None
    user, organization = found
    if renew and idle > _RENEWED_EVERY.total_seconds():
        session["seen"] = now.timestamp()
    return Visitor(organization.id, organization.name, user.name, organization.operates)


View = Callable[..., ResponseReturnValue]


def signed_in(view: View) -> View:
    """A page for people who are signed in: `view(database, visitor, ...)` in one transaction.

    Anybody else is asked to sign in and comes back to where they wanted to go.
    """

    @wraps(view)
    def answer(**parts: Any) -> ResponseReturnValue:
        with unit_of_work() as database:
            found = visitor(database, clock.now())
            if found is not None:
                # For the frame of an error page, should there be one.
                g.visitor = found
                return view(database, found, **parts)
        if request.method == "GET":
            session["next"] = request.full_path.rstrip("?")
        return redirect("/sign-in", 303)

    return answer


def operators(view: View) -> View:
    """A view of what is the installation's. Raises: NotFound for all but those who operate it."""

    @wraps(view)
    def answer(database: Session, visitor: Visitor, *given: Any, **parts: Any) -> Any:
        if not visitor.operates:
            abort(404)
        return view(database, visitor, *given, **parts)

    return answer
