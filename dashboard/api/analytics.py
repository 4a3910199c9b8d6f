"""Figures: days of locations, their sums, what a day was paid with."""

from typing import Any

from sqlalchemy.orm import Session

from config import clock
from dashboard.access import Visitor
from dashboard.api.day_forms import (
    DayQuery,
    DaySchema,
    RollupQuery,
    RollupSchema,
    TenderQuery,
    TenderSchema,
)
from dashboard.api.door import route
from dashboard.api.queries import list_of
from models import day_rollup, day_tenders, listing
from models.listing import DayFilter, Listed, Span

Query = dict[str, Any]


@route("/analytics/days", list_of(DaySchema), query=DayQuery)
def days(database: Session, caller: Visitor, query: Query) -> Listed:
    """Days of locations in figures, the newest first."""
    span = Span(query["limit"], query["after"])
    return listing.days(database, caller.organization_id, _wanted(query), span, query["sort"])


@route("/analytics/rollup", list_of(RollupSchema), query=RollupQuery)
def rollup(database: Session, caller: Visitor, query: Query) -> Listed:
    """Days of locations summed up; all on one page."""
    wanted = day_rollup.lately(_wanted(query), clock.now().date())
    rows = day_rollup.rollup(database, caller.organization_id, query["by"], wanted)
    return Listed(rows, None)


@route("/analytics/tenders", list_of(TenderSchema), query=TenderQuery)
def tenders(database: Session, caller: Visitor, query: Query) -> Listed:
    """What was taken and given back on one day of a location, by tender; all on one page."""
    rows = day_tenders.day_tenders(
        database, caller.organization_id, query["location"], query["date"]
    )
    return Listed(rows, None)


def _wanted(query: Query) -> DayFilter:
    return DayFilter(
        connection=query["connection"],
        location_id=query["location"],
        brand=query["brand"],
        group=query["group"],
        since=query["since"],
        until=query["until"],
    )
