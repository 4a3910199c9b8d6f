"""Records that a pull set aside: the list, one as it came, and trying it again."""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.pages import asked, blueprint, choices
from dashboard.readable import learn
from models import listing
from tasks import retry


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


@blueprint.get("/parked/<ident:record_id>")
@signed_in
def parked_record(database: Session, visitor: Visitor, record_id: int) -> ResponseReturnValue:
    """One record, its secrets hidden."""
    found = listing.parked_record(database, visitor.organization_id, record_id)
    if found is None:
        abort(404, f"You have no parked record {record_id}; it may have been applied.")
    learn(found["connection_secrets"])
    return render_template("parked_record.html", visitor=visitor, record=found)


@blueprint.post("/parked/<ident:record_id>/retry")
@signed_in
def retry_record(_database: Session, visitor: Visitor, record_id: int) -> ResponseReturnValue:
    """Try it again; applied, it is no longer in the list."""
    became = retry.record(visitor.organization_id, record_id)
    if became is None:
        abort(404, f"You have no parked record {record_id}; it may have been applied.")
    return redirect("/parked" if became.state == retry.APPLIED else f"/parked/{record_id}", 303)
