"""One day of a location: a statement that adds up, and what it was paid with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint
from dashboard.pages.days import digest
from models import day_list, day_odd
from models.day_tenders import day_tenders
from rules import day as rules
from rules.records import ZERO


@dataclass(frozen=True, slots=True)
class Statement:
    """A day in one currency: its figures and what adds up from them, and its tenders.

    `came` = `collected` + tips - `refunded` is what the tenders come to but for `gap`.
    """

    day: RowMapping
    collected: Decimal
    refunded: Decimal
    came: Decimal
    tenders: Sequence[RowMapping]
    sums: Mapping[str, Decimal]
    gap: Decimal


@blueprint.get("/days/<ident:location_id>/<business_date>")
@signed_in
def day(
    database: Session, visitor: Visitor, location_id: int, business_date: str
) -> ResponseReturnValue:
    """One day."""
    on = _date(business_date)
    place = day_list.location(database, visitor.organization_id, location_id)
    if on is None or place is None:
        abort(404, "You have no such day of a location.")
    named = {"location": str(location_id), "date": on.isoformat()}
    args = MultiDict({**request.args, **named})
    return render("day", database, visitor, args, place=place, on=on)


def wanted(args: asked.Args) -> tuple[int, date]:
    """The location and date of an address. Raises: FilterError."""
    return asked.number(args, "location") or 0, asked.day(args, "date") or date.min


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """Its statements, one a currency, and whether they are about to change."""
    ours, (location_id, on) = visitor.organization_id, wanted(args)
    rows = day_list.of_date(database, ours, location_id, on)
    tenders = day_tenders(database, ours, location_id, on)
    is_odd = any(row["unexplained_orders"] or row["untied_checks"] for row in rows)
    return {
        "statements": [_statement(row, tenders) for row in rows],
        "odd": day_odd.odd_orders(database, ours, location_id, on) if is_odd else (),
        "most_odd": day_odd.MOST,
        "noted": day_list.is_noted(database, ours, location_id, on),
        "orders_address": f"/orders?location={location_id}&since={on}&until={on}",
    }


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """Differs whenever the day was counted, or is to be."""
    ours, (location_id, on) = visitor.organization_id, wanted(args)
    rows = day_list.of_date(database, ours, location_id, on)
    counted = [(row["currency"], row["counted_at"]) for row in rows]
    return digest((counted, day_list.is_noted(database, ours, location_id, on)))


def _statement(row: RowMapping, tenders: Sequence[RowMapping]) -> Statement:
    own = [tender for tender in tenders if tender["currency"] == row["currency"]]
    names = ("payments", "amount", "tip", "refunded", "refunded_tip", "total")
    collected, refunded = rules.collected(row), rules.refunded(row)
    return Statement(
        day=row,
        collected=collected,
        refunded=refunded,
        came=collected + row["tips"] - refunded,
        tenders=own,
        sums={name: sum((tender[name] for tender in own), ZERO) for name in names},
        gap=rules.tender_gap(row, own),
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
