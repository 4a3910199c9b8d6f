"""Stock: what is out, what is low, and how it came to that."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from models import listing, place_pulse
from models.stock import STATUSES


@blueprint.get("/stock")
@signed_in
def stock(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.places_of(database, visitor.organization_id)
    return render("stock", database, visitor, choices=found, statuses=STATUSES)


def wanted(args: asked.Args) -> tuple[listing.PlaceFilter, str | None]:
    """Where and what an address asks for. Raises: FilterError."""
    return where(args), asked.one_of(args, "status", STATUSES)


def where(args: asked.Args) -> listing.PlaceFilter:
    """Where an address asks for. Raises: FilterError."""
    return listing.PlaceFilter(asked.text(args, "connection"), asked.number(args, "location"))


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    places, status = wanted(args)
    ours = visitor.organization_id
    return {"listed": listing.stock(database, ours, places, asked.span(args), status=status)}


def pulse(database: Session, visitor: Visitor, _args: asked.Args) -> str:
    """Differs whenever stock changed."""
    return place_pulse.of_stock(database, visitor.organization_id)


@blueprint.get("/stock/changes")
@signed_in
def stock_changes(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """How stock changed, the newest first; of one item where the address says."""
    item = asked.text(request.args, "item")
    listed = listing.stock_changes(
        database,
        visitor.organization_id,
        where(request.args),
        asked.span(request.args),
        item=item,
    )
    return render_template(
        "stock_changes.html",
        visitor=visitor,
        listed=listed,
        item=item,
        choices=choices.places_of(database, visitor.organization_id),
        args=request.args,
        address=asked.address,
        filtered=asked.filtered(request.args),
    )
