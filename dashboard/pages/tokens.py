"""API tokens: made for a script, shown once, revoked."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config.errors import PermanentError
from dashboard.access import Visitor, signed_in
from dashboard.pages import blueprint
from models import api_tokens


class TokenNameError(PermanentError):
    """A token without a name that can be told apart."""


@blueprint.get("/tokens")
@signed_in
def tokens(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    return _page(database, visitor)


@blueprint.post("/tokens")
@signed_in
def make_token(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Make one. The answer is the only place where it can ever be read."""
    name = request.form.get("name", "").replace("\x00", "").strip()
    if not 0 < len(name) <= 100:
        raise TokenNameError(
            "token.name",
            "A token needs a name of at most 100 characters.",
            next_step="Name it after the script that will use it.",
        )
    made = api_tokens.make(database, visitor.organization_id, name)
    return _page(database, visitor, made)


@blueprint.post("/tokens/<ident:token_id>/revoke")
@signed_in
def revoke_token(database: Session, visitor: Visitor, token_id: int) -> ResponseReturnValue:
    """End one."""
    api_tokens.revoke(database, visitor.organization_id, token_id)
    return redirect("/tokens", 303)


def _page(database: Session, visitor: Visitor, made: str | None = None) -> str:
    found = api_tokens.of_organization(database, visitor.organization_id)
    return render_template("tokens.html", visitor=visitor, tokens=found, made=made)
