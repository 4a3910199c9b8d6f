"""Guests: the list of persons, and one with all identities."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint
from models import listing, person_list
from models import pulse as pulses
from models.person_detail import person_detail


@blueprint.get("/guests")
@signed_in
def guests(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    return render("guests", database, visitor)


def wanted(args: asked.Args) -> listing.PersonFilter:
    """The filters of an address."""
    return listing.PersonFilter(search=asked.text(args, "search"))


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    found, span = wanted(args), asked.span(args)
    return {"listed": listing.persons(database, visitor.organization_id, found, span)}


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """Guests are matched some seconds after their orders come."""
    newest, waits = person_list.newest(database, visitor.organization_id)
    return f"{pulses.pulse(database, visitor.organization_id)}-{newest}-{waits}"


@blueprint.get("/guests/<ident:person_id>")
@signed_in
def guest(database: Session, visitor: Visitor, person_id: int) -> ResponseReturnValue:
    """One person; one that was merged leads to whom it is now."""
    detail = person_detail(database, visitor.organization_id, person_id)
    if detail is None:
        abort(404, f"You have no guest {person_id}.")
    if detail.person["id"] != person_id:
        return redirect(f"/guests/{detail.person['id']}", 302)
    return render_template("guest.html", visitor=visitor, detail=detail)
