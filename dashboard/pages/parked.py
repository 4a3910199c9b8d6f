"""Records that a pull set aside: the list."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.pages import asked, blueprint, choices
from models import listing


@blueprint.get("/parked")
@signed_in
def parked(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    listed = listing.parked_records(
        database,
        visitor.organization_id,
        connection=asked.text(request.args, "connection"),
        span=asked.span(request.args),
    )
    return render_template(
        "parked.html",
        visitor=visitor,
        listed=listed,
        choices=choices.connections_of(database, visitor.organization_id),
        args=request.args,
        address=asked.address,
        filtered=asked.filtered(request.args),
    )
