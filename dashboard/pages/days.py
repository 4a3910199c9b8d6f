"""Days of locations in figures: the list."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from models import day_list, listing

USUAL_SORT = "-business_date"


@blueprint.get("/days")
@signed_in
def days(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The list."""
    ours = visitor.organization_id
    return render(
        "days",
        database,
        visitor,
        choices=choices.places_of(database, ours),
        brands=day_list.brands(database, ours),
        groups=day_list.groups(database, ours),
    )


def wanted(args: asked.Args) -> listing.DayFilter:
    """The filters of an address, whose order is one there is. Raises: FilterError."""
    asked.one_of(args, "sort", day_list.SORTS)
    return listing.DayFilter(
        connection=asked.text(args, "connection"),
        location_id=asked.number(args, "location"),
        brand=asked.text(args, "brand"),
        group=asked.text(args, "group"),
        since=asked.day(args, "since"),
        until=asked.day(args, "until"),
    )


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """One page of the list."""
    return {"listed": _listed(database, visitor, args), "sort": _sort(args)}


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """A day is counted some seconds after its orders changed: what is listed tells."""
    return digest([tuple(row.values()) for row in _listed(database, visitor, args).items])


def digest(shown: object) -> str:
    """A short text that differs whenever what is shown does."""
    return blake2b(repr(shown).encode(), digest_size=9).hexdigest()


def _listed(database: Session, visitor: Visitor, args: asked.Args) -> listing.Listed:
    ours, span = visitor.organization_id, asked.span(args)
    return listing.days(database, ours, wanted(args), span, _sort(args))


def _sort(args: asked.Args) -> str:
    return asked.sort(args, day_list.SORTS, USUAL_SORT)
