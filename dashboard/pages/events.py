"""Deliveries: the list, one as it came, and putting it back in line."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import redaction
from dashboard import replays
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from dashboard.readable import learn
from models import listing
from models.event_list import STATES


@blueprint.get("/events")
@signed_in
def events(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.connections_of(database, visitor.organization_id)
    return render("events", database, visitor, choices=found, states=STATES)


def wanted(args: asked.Args) -> str | None:
    """The state of an address. Raises: FilterError."""
    return asked.one_of(args, "state", STATES)


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    listed = listing.events(
        database,
        visitor.organization_id,
        state=wanted(args),
        connection=asked.text(args, "connection"),
        span=asked.span(args),
    )
    return {"listed": listed}


@blueprint.get("/events/<ident:event_id>")
@signed_in
def event(database: Session, visitor: Visitor, event_id: int) -> ResponseReturnValue:
    """One delivery, its secrets hidden."""
    found = listing.event(database, visitor.organization_id, event_id)
    if found is None:
        abort(404, f"You have no delivery {event_id}.")
    learn(found["connection_secrets"])
    headers = [
        (name, redaction.text(str(value)))
        for name, value in redaction.fields(found["headers"]).items()
    ]
    return render_template("event.html", visitor=visitor, event=found, headers=headers)


@blueprint.post("/events/<ident:event_id>/replay")
@signed_in
def replay(database: Session, visitor: Visitor, event_id: int) -> ResponseReturnValue:
    """Put it back in line; doing so twice is as good as once."""
    if not replays.replay(database, visitor.organization_id, event_id):
        abort(404, f"You have no delivery {event_id}.")
    return redirect(f"/events/{event_id}", 303)
