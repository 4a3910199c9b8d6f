"""What is in a merchant's books: its days in every figure, its orders in every sum."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from models import Location
from models.day_list import FIGURES
from models.location_day import LocationDay
from models.session import unit_of_work

DayKey = tuple[str, date, str]
Figures = Mapping[str, Any]

_ORDERS = text("""
SELECT o.external_id, l.external_id AS location, o.business_date, o.void_business_date, o.state,
    o.voided, o.deleted, o.not_sale_reason, o.approval, o.guests, o.currency, o.version, o.net,
    o.discounts, o.charges, o.gratuities, o.fundraising, o.tax, o.marketplace_tax, o.total,
    o.deferred, o.tips, o.paid, o.refunded, bills.*, sold.*, cut.*, charged.*, taxed.*, taken.*,
    given.*
FROM orders o JOIN locations l ON l.id = o.location_id
CROSS JOIN LATERAL (
    SELECT count(*) AS bills, count(*) FILTER (WHERE settled) AS settled,
        count(*) FILTER (WHERE c.voided) AS voided_bills,
        coalesce(sum(amount), 0) AS bills_amount, coalesce(sum(due), 0) AS bills_due,
        coalesce(sum(c.paid), 0) AS bills_paid, coalesce(sum(stated_amount), 0) AS stated,
        coalesce(sum(stated_tax), 0) AS stated_tax
    FROM order_checks c WHERE c.order_id = o.id) AS bills
CROSS JOIN LATERAL (
    SELECT count(*) AS lines, count(*) FILTER (WHERE x.voided) AS voided_lines,
        coalesce(sum(amount), 0) AS lines_amount, coalesce(sum(x.tax), 0) AS lines_tax,
        coalesce(sum(x.refunded), 0) AS lines_refunded,
        coalesce(sum(refunded_tax), 0) AS lines_refunded_tax
    FROM order_lines x WHERE x.order_id = o.id) AS sold
CROSS JOIN LATERAL (
    SELECT count(*) AS cuts, coalesce(sum(amount), 0) AS cuts_amount
    FROM order_discounts x WHERE x.order_id = o.id) AS cut
CROSS JOIN LATERAL (
    SELECT count(*) AS charge_rows, coalesce(sum(amount), 0) AS charges_amount,
        coalesce(sum(x.refunded), 0) AS charges_refunded
    FROM order_charges x WHERE x.order_id = o.id) AS charged
CROSS JOIN LATERAL (
    SELECT count(*) AS taxes, coalesce(sum(amount), 0) AS taxes_amount
    FROM order_taxes x WHERE x.order_id = o.id) AS taxed
CROSS JOIN LATERAL (
    SELECT count(*) AS payments, coalesce(sum(amount) FILTER (WHERE counts), 0) AS payments_amount,
        coalesce(sum(tip) FILTER (WHERE counts), 0) AS payments_tip,
        string_agg(p.business_date || ' ' || coalesce(p.status, '-') || ' ' || p.counts, ', '
            ORDER BY p.external_id) AS payments_booked
    FROM payments p WHERE p.order_id = o.id) AS taken
CROSS JOIN LATERAL (
    SELECT count(*) AS refunds, coalesce(sum(amount), 0) AS refunds_amount,
        coalesce(sum(tip_amount), 0) AS refunds_tip, coalesce(sum(r.net), 0) AS refunds_net,
        coalesce(sum(r.tax), 0) AS refunds_tax, string_agg(
            r.business_date || ' ' || r.itemized, ', ' ORDER BY r.payment_external_id
        ) AS refunds_booked
    FROM refunds r WHERE r.order_id = o.id) AS given
WHERE o.connection_id = :connection_id
""")


def days(connection_id: int) -> dict[DayKey, Figures]:
    """Every figure of each day of each location, by the platform's id of the location."""
    query = (
        select(Location.external_id, LocationDay.business_date, LocationDay.currency, *FIGURES)
        .join(Location, Location.id == LocationDay.location_id)
        .where(Location.connection_id == connection_id)
    )
    with unit_of_work() as session:
        return {
            (row["external_id"], row["business_date"], row["currency"]): {
                column.key: row[column.key] for column in FIGURES
            }
            for row in session.execute(query).mappings()
        }


def orders(connection_id: int) -> dict[str, Figures]:
    """Each order with its days, its totals and the sums of its parts, by the platform's id."""
    with unit_of_work() as session:
        rows = session.execute(_ORDERS, {"connection_id": connection_id}).mappings()
        return {row["external_id"]: dict(row) for row in rows}


def amount(figures: Figures, *names: str) -> Decimal:
    """The sum of some figures."""
    return sum((figures[name] for name in names), Decimal(0))
