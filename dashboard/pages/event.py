"""A delivery: as it came, putting it back in line, and what becomes of that."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from config import redaction
from dashboard import replays
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint
from dashboard.readable import learn
from models import event_list, listing
from models.inbox_event import PENDING


@blueprint.get("/events/<ident:event_id>")
@signed_in
def event(database: Session, visitor: Visitor, event_id: int) -> ResponseReturnValue:
    """One delivery, its secrets hidden."""
    whole = listing.event(database, visitor.organization_id, event_id)
    if whole is None:
        abort(404, f"You have no delivery {event_id}.")
    learn(whole["connection_secrets"])
    headers = [
        (name, redaction.text(str(value)))
        for name, value in redaction.fields(whole["headers"]).items()
    ]
    args = MultiDict({**request.args, "event": str(event_id)})
    return render("event", database, visitor, args, whole=whole, headers=headers)


@blueprint.post("/events/<ident:event_id>/replay")
@signed_in
def replay(database: Session, visitor: Visitor, event_id: int) -> ResponseReturnValue:
    """Put it back in line; doing so twice is as good as once."""
    if not replays.replay(database, visitor.organization_id, event_id):
        abort(404, f"You have no delivery {event_id}.")
    return redirect(f"/events/{event_id}", 303)


def wanted(args: asked.Args) -> int:
    """The delivery of an address. Raises: FilterError."""
    return asked.number(args, "event") or 0


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """How far it has come; None for a delivery that is forgotten."""
    found = _found(database, visitor, args)
    waits = bool(found and found["state"] == PENDING and not found["attempts"])
    return {"event": found, "replaying": waits and bool(found and found["replayed_at"])}


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """Differs whenever the delivery was written, and once it is forgotten."""
    found = _found(database, visitor, args)
    return str(found["version"]) if found else "gone"


def _found(database: Session, visitor: Visitor, args: asked.Args) -> RowMapping | None:
    return event_list.standing(database, visitor.organization_id, wanted(args))
