"""Single records, and what can be done about one that was set aside."""

from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from dashboard import again, replays, retries
from dashboard.access import Visitor
from dashboard.api import buyers, details, schemas
from dashboard.api.door import route
from dashboard.api.queries import DismissedSchema, ReplayedSchema, RetryingSchema
from models.dead_message import DISMISSED
from models.inbox_event import PENDING
from models.invoice_detail import invoice_detail
from models.order_detail import order_detail
from models.order_names import order_names
from models.person_detail import person_detail


@route("/orders/<ident:order_id>", schemas.OrderDetailSchema)
def order(database: Session, caller: Visitor, order_id: int) -> dict[str, Any]:
    """One order with everything it is made of."""
    detail = order_detail(database, caller.organization_id, order_id)
    if detail is None:
        abort(404)
    return {**details.order(detail), "names": order_names(database, detail)}


@route("/invoices/<number>", schemas.InvoiceDetailSchema)
def invoice(database: Session, caller: Visitor, number: str) -> dict[str, Any]:
    """One invoice with its lines and taxes."""
    detail = invoice_detail(database, caller.organization_id, number.replace("\x00", ""))
    if detail is None:
        abort(404)
    return details.invoice(detail)


@route("/persons/<ident:person_id>", buyers.PersonDetailSchema)
def person(database: Session, caller: Visitor, person_id: int) -> dict[str, Any]:
    """One person with all identities; one that was merged answers as the one it is now."""
    detail = person_detail(database, caller.organization_id, person_id)
    if detail is None:
        abort(404)
    return details.person(detail)


@route("/events/<ident:event_id>/replay", ReplayedSchema, method="POST", status=202)
def replay(database: Session, caller: Visitor, event_id: int) -> dict[str, Any]:
    """Put a delivery back in line; twice is as good as once."""
    if not replays.replay(database, caller.organization_id, event_id):
        abort(404)
    return {"id": event_id, "state": PENDING}


@route("/parked-records/<ident:record_id>/retry", RetryingSchema, method="POST", status=202)
def retry_record(database: Session, caller: Visitor, record_id: int) -> dict[str, Any]:
    """Have a record read again that a pull set aside.

    Once applied it is no longer listed; while it is refused, it is listed with the present reason.
    """
    if retries.retry(database, caller.organization_id, record_id) is None:
        abort(404)
    return {"id": record_id, "state": "trying again"}


_DEAD = "/dead-messages/<ident:message_id>"


@route(f"{_DEAD}/retry", RetryingSchema, method="POST", status=202, operator=True)
def resend(database: Session, caller: Visitor, message_id: int) -> dict[str, Any]:
    """Have a dead message sent again; one that is still refused is listed with the reason.

    For the operator's tokens alone.
    """
    if not again.resend(database, message_id):
        abort(404)
    return {"id": message_id, "state": "trying again"}


@route(f"{_DEAD}/dismiss", DismissedSchema, method="POST", operator=True)
def dismiss(database: Session, caller: Visitor, message_id: int) -> dict[str, Any]:
    """Take a dead message off the list, for good; for the operator's tokens alone."""
    if not again.dismiss(database, message_id):
        abort(404)
    return {"id": message_id, "state": DISMISSED}


@route("/orders/<ident:order_id>/invoice", RetryingSchema, method="POST", status=202)
def invoice_again(database: Session, caller: Visitor, order_id: int) -> dict[str, Any]:
    """Have an order invoiced whose invoice is parked; one still refused is parked again."""
    if not again.invoice(database, caller.organization_id, order_id):
        abort(404)
    return {"id": order_id, "state": "trying again"}
