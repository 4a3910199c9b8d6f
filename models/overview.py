"""Today at a glance: per location and currency, what was sold and what is invoiced."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, Integer, Text, and_, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from models.connection import Connection
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
    days = business_dates(session, organization_id, now)
    if not days:
        return []
    zones, hours, dates = zip(*((*place, day) for place, day in days.items()), strict=True)
    clocks = (
        func.unnest(
            cast(literal(list(zones)), ARRAY(Text)),
            cast(literal(list(hours)), ARRAY(Integer)),
            cast(literal(list(dates)), ARRAY(Date)),
        )
        .table_valued(
            column("time_zone", Text), column("hour", Integer), column("business_date", Date)
        )
        .render_derived(name="clocks")
    )
    rest = Order.invoice_state.not_in((DUE, ISSUED, CHANGED))
    query = (
        select(
            Order.connection_id,
            Order.currency,
            func.count().label("orders"),
            func.sum(Order.total).label("total"),
            func.sum(Order.tax).label("tax"),
            func.count().filter(Order.invoice_state == DUE).label("due"),
            func.count().filter(Order.invoice_state.in_((ISSUED, CHANGED))).label("issued"),
            func.count().filter(rest).label("rest"),
            func.coalesce(func.sum(Order.total).filter(rest), 0).label("rest_total"),
        )
        .select_from(Connection)
        # As the index of all states says it.
        .join(Order, func.abs(Order.connection_id) == Connection.id)
        .join(Location, Location.id == Order.location_id)
        .join(
            clocks,
            and_(
                clocks.c.time_zone == Location.time_zone,
                clocks.c.hour == Location.closeout_hour,
                clocks.c.business_date == Order.business_date,
            ),
        )
        .where(
            Connection.organization_id == organization_id,
            Order.business_date.between(min(dates), max(dates)),
        )
        .group_by(Order.connection_id, Order.currency)
        .order_by(Order.connection_id, Order.currency)
    )
    return [Day(**row) for row in session.execute(query).mappings()]


def business_dates(
    session: Session, organization_id: int, now: datetime
) -> dict[tuple[str, int], date]:
    """Today's business date by time zone and closeout hour: many locations share them."""
    query = (
        select(Location.time_zone, Location.closeout_hour)
        .where(Location.organization_id == organization_id)
        .distinct()
    )
    return {(zone, hour): business_date(now, zone, hour) for zone, hour in session.execute(query)}
