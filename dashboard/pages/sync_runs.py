"""Pulls: each delta and each import, how far it is and what went wrong."""

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from models import listing
from models.sync_run_list import STATES


@blueprint.get("/sync-runs")
@signed_in
def sync_runs(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.connections_of(database, visitor.organization_id)
    return render("sync-runs", database, visitor, choices=found, states=STATES)


def wanted(args: asked.Args) -> str | None:
    """The status of an address. Raises: FilterError."""
    return asked.one_of(args, "status", STATES)


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    listed = listing.sync_runs(
        database,
        visitor.organization_id,
        status=wanted(args),
        connection=asked.text(args, "connection"),
        span=asked.span(args),
    )
    return {"listed": listed}
