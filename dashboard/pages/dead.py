"""Messages that no worker could work on, for those who operate the installation.

The list, sending one again, and dismissing one.
"""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard import again
from dashboard.access import Visitor, operators, signed_in
from dashboard.pages import asked, blueprint
from models import dead_message

_GONE = "No dead message {} waits; it may have been sent again or dismissed."


@blueprint.get("/dead")
@signed_in
@operators
def dead(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list. What a message holds is told by the command line alone: it may be anybody's."""
    return render_template(
        "dead.html",
        visitor=visitor,
        listed=dead_message.dead_messages(database, span=asked.span(request.args)),
        sent=asked.number(request.args, "sent"),
        dismissed=asked.number(request.args, "dismissed"),
        args=request.args,
        address=asked.address,
    )


@blueprint.post("/dead/<ident:message_id>/retry")
@signed_in
@operators
def resend(database: Session, visitor: Visitor, message_id: int) -> ResponseReturnValue:
    """Have it sent again; doing so twice is as good as once."""
    if not again.resend(database, message_id):
        abort(404, _GONE.format(message_id))
    return redirect(f"/dead?sent={message_id}", 303)


@blueprint.post("/dead/<ident:message_id>/dismiss")
@signed_in
@operators
def dismiss(database: Session, visitor: Visitor, message_id: int) -> ResponseReturnValue:
    """Take it off the list, for good."""
    if not again.dismiss(database, message_id):
        abort(404, _GONE.format(message_id))
    return redirect(f"/dead?dismissed={message_id}", 303)
