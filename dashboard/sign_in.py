"""Signing in by one-time link, and out."""

from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import clock
from dashboard import access, csrf
from dashboard.attempts import Attempts
from dashboard.security import harden, limit_form
from models import sign_in_links
from models.organization import User
from models.session import unit_of_work

blueprint = Blueprint("sign_in", __name__, template_folder="templates")
blueprint.before_request(limit_form)
blueprint.after_request(harden)

_attempts = Attempts()


def make_link(database: Session, user: User, now: datetime) -> str:
    """The path of a new one-time link for `user`; good for 15 minutes."""
    return f"/sign-in/{sign_in_links.make(database, user, now)}"


@blueprint.get("/sign-in")
def ask() -> Response:
    """Say how to get a link."""
    return _page(200)


@blueprint.get("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    """Sign in, once. A mere look at the link (HEAD) leaves it as it is."""
    now = clock.now()
    wait_s = _attempts.wait_s(request.remote_addr or "", now)
    if wait_s:
        response = _page(429, wait_s=wait_s)
        response.headers["Retry-After"] = str(wait_s)
        return response
    if request.method == "HEAD":
        return _page(200)
    with unit_of_work() as database:
        user_id = sign_in_links.use(database, token, now)
    if user_id is None:
        return _page(410, spent=True)
    wanted = session.get("next", "/")
    access.begin(user_id, now)
    return redirect(_ours(wanted), 303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session."""
    csrf.check()
    session.clear()
    return redirect("/sign-in", 303)


def _page(status: int, *, spent: bool = False, wait_s: int = 0) -> Response:
    return make_response(render_template("sign_in.html", spent=spent, wait_s=wait_s), status)


def _ours(path: str) -> str:
    """A path on this host; anything that a browser could take for another host leads home."""
    return path if path.startswith("/") and path[1:2] not in {"/", "\\"} else "/"
