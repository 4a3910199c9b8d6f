"""Today at a glance: per location and currency, what was sold and what is invoiced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.location import Location
from models.order import CHANGED, DUE, ISSUED, Order
from rules.business_dates import business_date


@dataclass(frozen=True, slots=True)
class Day:
    """A connection's orders of today in one currency. Today is each location's business date.

    `orders` = `issued` + `due` + `rest`; `total` holds `rest_total`: what is open, or owes nothing.
    """

    connection_id: int
    currency: str
    orders: int
    total: Decimal
    tax: Decimal
    due: int
    issued: int
    rest: int
    rest_total: Decimal


def today(session: Session, organization_id: int, now: datetime) -> list[Day]:
    """What each connection sold today, a row a currency; one query over a day or two of orders."""
    dates = business_dates(session, organization_id, now)
    if not dates:
        return []
    rest = Order.invoice_state.not_in((DUE, ISSUED, CHANGED))
    query = (
        select(
            Order.connection_id,
            Order.location_id,
            Order.business_date,
            Order.currency,
            func.count().label("orders"),
            func.sum(Order.total).label("total"),
            func.sum(Order.tax).label("tax"),
            func.count().filter(Order.invoice_state == DUE).label("due"),
            func.count().filter(Order.invoice_state.in_((ISSUED, CHANGED))).label("issued"),
            func.count().filter(rest).label("rest"),
            func.coalesce(func.sum(Order.total).filter(rest), 0).label("rest_total"),
        )
        .where(
            Order.organization_id == organization_id,
            Order.business_date.between(min(dates.values()), max(dates.values())),
        )
        .group_by(Order.connection_id, Order.location_id, Order.business_date, Order.currency)
    )
    rows = session.execute(query)
    return _added(row for row in rows if dates.get(row.location_id) == row.business_date)


def business_dates(session: Session, organization_id: int, now: datetime) -> dict[int, date]:
    """Today's business date of each location by its id."""
    query = select(Location.id, Location.time_zone, Location.closeout_hour).where(
        Location.organization_id == organization_id
    )
    return {
        row.id: business_date(now, row.time_zone, row.closeout_hour)
        for row in session.execute(query)
    }


def _added(rows: Iterable[Any]) -> list[Day]:
    """Locations of one connection and currency become one row; currencies stay apart."""
    days: dict[tuple[int, str], Day] = {}
    for row in rows:
        key = (row.connection_id, row.currency)
        so_far = days.get(key) or Day(*key, 0, Decimal(0), Decimal(0), 0, 0, 0, Decimal(0))
        days[key] = Day(
            *key,
            orders=so_far.orders + row.orders,
            total=so_far.total + row.total,
            tax=so_far.tax + row.tax,
            due=so_far.due + row.due,
            issued=so_far.issued + row.issued,
            rest=so_far.rest + row.rest,
            rest_total=so_far.rest_total + row.rest_total,
        )
    return [days[key] for key in sorted(days)]
