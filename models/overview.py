"""Today at a glance: per location and currency, what was sold and what is invoiced."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Date, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
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
    ids, days = literal(list(dates)), literal(list(dates.values()))
    at = (
        func.unnest(cast(ids, ARRAY(BigInteger)), cast(days, ARRAY(Date)))
        .table_valued(column("id", BigInteger), column("business_date", Date))
        .render_derived(name="at")
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
        .select_from(at)
        # As the index of all states says it.
        .join(Order, func.abs(Order.location_id) == at.c.id)
        .where(
            Order.organization_id == organization_id,
            Order.business_date == at.c.business_date,
        )
        .group_by(Order.connection_id, Order.currency)
        .order_by(Order.connection_id, Order.currency)
    )
    return [Day(**row) for row in session.execute(query).mappings()]


def business_dates(session: Session, organization_id: int, now: datetime) -> dict[int, date]:
    """Today's business date of each location by its id."""
    query = select(Location.id, Location.time_zone, Location.closeout_hour).where(
        Location.organization_id == organization_id
    )
    return {
        row.id: business_date(now, row.time_zone, row.closeout_hour)
        for row in session.execute(query)
    }
