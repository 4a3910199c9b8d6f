"""Locations: the list, and one with all that is told of it besides its sales."""

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import clock
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from dashboard.pages.offered import Offer
from models import configured_list, listing, place_pulse
from models.cash_day import cash_of_day
from models.stock import LOW, OUT
from rules.business_dates import business_date

_PROBLEMS = 50


@blueprint.get("/locations")
@signed_in
def locations(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    found = choices.connections_of(database, visitor.organization_id)
    return render("locations", database, visitor, choices=found)


def wanted(args: asked.Args) -> str | None:
    """The connection of an address."""
    return asked.text(args, "connection")


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    ours, span = visitor.organization_id, asked.span(args)
    return {"listed": listing.locations(database, ours, connection=wanted(args), span=span)}


def pulse(database: Session, visitor: Visitor, _args: asked.Args) -> str:
    """Differs whenever a location was changed."""
    return place_pulse.of_locations(database, visitor.organization_id)


@blueprint.get("/locations/<ident:location_id>")
@signed_in
def location(database: Session, visitor: Visitor, location_id: int) -> ResponseReturnValue:
    """One location: its facts, its stock, its menu, its configuration, its cash of a date."""
    ours = visitor.organization_id
    found = listing.location(database, ours, location_id)
    if found is None:
        abort(404, f"You have no location {location_id}.")
    today = business_date(clock.now(), found["time_zone"], found["closeout_hour"])
    day = asked.day(request.args, "date") or today
    here = listing.PlaceFilter(location_id=location_id)
    stock = listing.stock(database, ours, here, listing.Span(limit=_PROBLEMS))
    menu = listing.menu(database, ours, location_id)
    return render_template(
        "location.html",
        visitor=visitor,
        place=found,
        problems=[row for row in stock.items if row["status"] in {OUT, LOW}],
        more_stock=stock.next is not None,
        menu=menu,
        offer=Offer(menu["tree"]) if menu else None,
        kinds=configured_list.by_kind(database, ours, location_id),
        cash=cash_of_day(database, ours, location_id, day),
        day=day,
    )
