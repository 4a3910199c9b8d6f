"""Invoices: the list, one as it was issued, and its documents."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices, timeline
from documents import invoice_html, invoice_json
from models import listing
from models.invoice_detail import InvoiceDetail, invoice_detail
from models.invoice_list import SORTS, STATES, usual_sort


@blueprint.get("/invoices")
@signed_in
def invoices(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.places_of(database, visitor.organization_id)
    return render("invoices", database, visitor, choices=found)


def wanted(args: asked.Args) -> listing.InvoiceFilter:
    """The filters of an address, whose order is one there is. Raises: FilterError."""
    asked.one_of(args, "sort", SORTS)
    return listing.InvoiceFilter(
        connection=asked.text(args, "connection"),
        location_id=asked.number(args, "location"),
        since=asked.day(args, "since"),
        until=asked.day(args, "until"),
        status=asked.one_of(args, "status", STATES),
        number=asked.text(args, "search"),
    )


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    found = wanted(args)
    sort = asked.sort(args, SORTS, usual_sort(found))
    listed = listing.invoices(database, visitor.organization_id, found, asked.span(args), sort)
    return {"listed": listed, "sort": sort}


@blueprint.get("/invoices/<number>")
@signed_in
def invoice(database: Session, visitor: Visitor, number: str) -> ResponseReturnValue:
    """One invoice."""
    detail = _found(database, visitor, number)
    return render_template(
        "invoice.html",
        visitor=visitor,
        detail=detail,
        buyer=invoice_json.buyer_name(detail.invoice),
        steps=timeline.of_invoice(detail.invoice),
    )


@blueprint.get("/invoices/<number>/document.<any(html, json):form>")
@signed_in
def document(database: Session, visitor: Visitor, number: str, form: str) -> ResponseReturnValue:
    """The invoice as a file to keep."""
    detail = _found(database, visitor, number)
    made = invoice_html.render(detail) if form == "html" else invoice_json.render(detail)
    kind = "text/html" if form == "html" else "application/json"
    response = Response(made, mimetype=kind)
    # A file, not a page: it brings its own style, which no page here may do.
    response.headers.set("Content-Disposition", "attachment", filename=f"{number}.{form}")
    return response


def _found(database: Session, visitor: Visitor, number: str) -> InvoiceDetail:
    clean = number.replace("\x00", "")
    detail = invoice_detail(database, visitor.organization_id, clean)
    if detail is None:
        abort(404, f"You have no invoice {clean[:60]}.")
    return detail
