"""Messages that no worker could work on: the list, and sending one again."""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard import again
from dashboard.access import Visitor, signed_in
from dashboard.pages import asked, blueprint
from models import dead_message


@blueprint.get("/dead")
@signed_in
def dead(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list. What a message holds is told by the command line alone: it may be anybody's."""
    return render_template(
        "dead.html",
        visitor=visitor,
        listed=dead_message.dead_messages(database, span=asked.span(request.args)),
        sent=asked.number(request.args, "sent"),
        args=request.args,
        address=asked.address,
    )


@blueprint.post("/dead/<ident:message_id>/retry")
@signed_in
def resend(database: Session, visitor: Visitor, message_id: int) -> ResponseReturnValue:
    """Have it sent again; doing so twice is as good as once."""
    if not again.resend(database, message_id):
        abort(404, f"No dead message {message_id} waits; it may have been sent again.")
    return redirect(f"/dead?sent={message_id}", 303)
