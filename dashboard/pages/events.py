"""Deliveries: the list."""

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
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
