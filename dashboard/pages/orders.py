"""Orders: the list, and one with everything it is made of and what became of it."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard import again, bills
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices, timeline
from models import listing
from models.order import STATES
from models.order_detail import order_detail
from models.order_list import SORTS
from models.order_names import order_names

USUAL_SORT = "-business_date"


@blueprint.get("/orders")
@signed_in
def orders(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.places_of(database, visitor.organization_id)
    return render("orders", database, visitor, choices=found, states=STATES)


def wanted(args: asked.Args) -> listing.OrderFilter:
    """The filters of an address, whose order is one there is. Raises: FilterError."""
    asked.one_of(args, "sort", SORTS)
    return listing.OrderFilter(
        connection=asked.text(args, "connection"),
        location_id=asked.number(args, "location"),
        since=asked.day(args, "since"),
        until=asked.day(args, "until"),
        invoice_state=asked.one_of(args, "invoice", STATES),
        search=asked.text(args, "search"),
    )


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    sort = asked.sort(args, SORTS, USUAL_SORT)
    listed = listing.orders(database, visitor.organization_id, wanted(args), asked.span(args), sort)
    return {"listed": listed, "sort": sort}


@blueprint.get("/orders/<ident:order_id>")
@signed_in
def order(database: Session, visitor: Visitor, order_id: int) -> ResponseReturnValue:
    """One order."""
    detail = order_detail(database, visitor.organization_id, order_id)
    if detail is None:
        abort(404, f"You have no order {order_id}.")
    return render_template(
        "order.html",
        visitor=visitor,
        detail=detail,
        names=order_names(database, detail),
        bills=bills.named(detail.checks),
        steps=timeline.of_order(detail),
    )


@blueprint.post("/orders/<ident:order_id>/invoice")
@signed_in
def invoice_again(database: Session, visitor: Visitor, order_id: int) -> ResponseReturnValue:
    """Have its invoice drawn up again; doing so twice is as good as once."""
    if not again.invoice(database, visitor.organization_id, order_id):
        abort(404, f"You have no order {order_id} whose invoice is parked.")
    return redirect(f"/orders/{order_id}", 303)
