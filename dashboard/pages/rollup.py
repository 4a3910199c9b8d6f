"""Days of locations summed up: by location, brand, group or connection."""

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import clock
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint, choices
from dashboard.pages.days import digest
from models import day_list, day_rollup
from models.listing import DayFilter


@blueprint.get("/rollup")
@signed_in
def rollup(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The page."""
    ours = visitor.organization_id
    return render(
        "rollup",
        database,
        visitor,
        choices=choices.connections_of(database, ours),
        brands=day_list.brands(database, ours),
        groups=day_list.groups(database, ours),
        bys=day_rollup.BYS,
    )


def wanted(args: asked.Args) -> DayFilter:
    """The filters of an address. Raises: FilterError."""
    _by(args)
    asked_for = DayFilter(
        connection=asked.text(args, "connection"),
        brand=asked.text(args, "brand"),
        group=asked.text(args, "group"),
        since=asked.day(args, "since"),
        until=asked.day(args, "until"),
    )
    return day_rollup.lately(asked_for, clock.now().date())


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """The sums, and of which days."""
    days, by = wanted(args), _by(args)
    rows = day_rollup.rollup(database, visitor.organization_id, by, days)
    return {"rows": rows, "by": by, "days": days}


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """Differs whenever a day within was counted."""
    return digest([tuple(row.values()) for row in load(database, visitor, args)["rows"]])


def _by(args: asked.Args) -> str:
    return asked.one_of(args, "by", day_rollup.BYS) or day_rollup.BY_LOCATION
