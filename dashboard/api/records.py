"""Single records, and replaying a delivery."""

from typing import Any

from flask import abort
from sqlalchemy.orm import Session

from dashboard import replays
from dashboard.access import Visitor
from dashboard.api import details, schemas
from dashboard.api.callers import called
from dashboard.api.door import blueprint
from dashboard.api.queries import ProblemSchema, ReplayedSchema
from models.inbox_event import PENDING
from models.invoice_detail import invoice_detail
from models.order_detail import order_detail


@blueprint.get("/orders/<ident:order_id>")
@called
@blueprint.response(200, schemas.OrderDetailSchema)
@blueprint.alt_response(404, schema=ProblemSchema)
def order(database: Session, caller: Visitor, order_id: int) -> dict[str, Any]:
    """One order with everything it is made of."""
    detail = order_detail(database, caller.organization_id, order_id)
    if detail is None:
        abort(404)
    return details.order(detail)


@blueprint.get("/invoices/<number>")
@called
@blueprint.response(200, schemas.InvoiceDetailSchema)
@blueprint.alt_response(404, schema=ProblemSchema)
def invoice(database: Session, caller: Visitor, number: str) -> dict[str, Any]:
    """One invoice with its lines and taxes."""
    detail = invoice_detail(database, caller.organization_id, number.replace("\x00", ""))
    if detail is None:
        abort(404)
    return details.invoice(detail)


@blueprint.post("/events/<ident:event_id>/replay")
@called
@blueprint.response(202, ReplayedSchema)
@blueprint.alt_response(404, schema=ProblemSchema)
def replay(database: Session, caller: Visitor, event_id: int) -> dict[str, Any]:
    """Put a delivery back in line; twice is as good as once."""
    if not replays.replay(database, caller.organization_id, event_id):
        abort(404)
    return {"id": event_id, "state": PENDING}
