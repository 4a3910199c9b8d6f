"""Days of a test: what was sold on them, counted, and what the books say of them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from models import Connection
from models.session import unit_of_work
from rules.records import CheckRecord, OrderRecord, PaymentRecord, RefundRecord
from tasks import tally
from tests.factories import PLACE, line, order, payment

MONDAY = date(2026, 3, 2)
SUNDAY, TUESDAY = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
FRIDAY = MONDAY - timedelta(days=3)
# All figures of a day but its identity.
AMOUNTS = (
    *("net", "discounts", "charges", "gratuities", "fundraising", "tax", "marketplace_tax"),
    *("deferred", "due", "paid_before", "paid_that_day", "paid_after", "open", "rounding"),
    *(
        "unexplained",
        "tips",
        "prepaid",
        "postpaid",
        "refunded_net",
        "refunded_tax",
        "refunded_gratuities",
    ),
    *("refunded_marketplace_tax", "refunded_deferred", "refunded_tips"),
)
COUNTS = ("orders", "checks", "guests", "voided_orders", "unexplained_orders", "untied_checks")


def bill(external_id: str = "c1", *, settled: bool = True, **facts: Any) -> CheckRecord:
    """One bill of an order; paid unless it says otherwise."""
    return CheckRecord(external_id, 0, settled=settled, **facts)


def paid(amount: str, on: date | None = MONDAY, **facts: Any) -> PaymentRecord:
    """A tender booked on a date."""
    return payment(facts.pop("external_id", "p1"), amount, business_date=on, **facts)


def refund(amount: str, on: date, tip: str = "0", name: str | None = "r1") -> RefundRecord:
    """Money given back on a date."""
    return RefundRecord(Decimal(amount), Decimal(tip), None, on, name)


def sold(external_id: str = "o1", on: date = MONDAY, **facts: Any) -> OrderRecord:
    """An order of one line of 10.00 and 1.00 tax on one bill; what paid for it is to be said."""
    plain: dict[str, Any] = {"checks": (bill(),), "lines": (line("l1", "10.00", "1.00"),)}
    return order(external_id, business_date=on, **{**plain, **facts})


def tallied(connection: Connection) -> None:
    """All noted days are counted."""
    assert tally.take_turn(connection.id, 60)[1]


def day(connection: Connection, on: date = MONDAY, *, place: str = PLACE) -> dict[str, Any]:
    """The figures of a day that aren't nought, amounts as text of two decimals."""
    [row] = days(connection, on, place)
    found = {name: format(row[name], ".2f") for name in AMOUNTS if row[name]}
    return {**found, **{name: row[name] for name in COUNTS if row[name]}}


def days(connection: Connection, on: date, place: str = PLACE) -> list[dict[str, Any]]:
    """The rows of a day, by currency."""
    query = text("""
        SELECT d.* FROM location_days d JOIN locations l ON l.id = d.location_id
        WHERE l.connection_id = :c AND l.external_id = :place AND d.business_date = :on
        ORDER BY d.currency
    """)
    with unit_of_work() as session:
        asked = {"c": connection.id, "place": place, "on": on}
        return [dict(row) for row in session.execute(query, asked).mappings()]


def noted(connection: Connection) -> list[date]:
    """The dates that are to be counted anew."""
    query = text("SELECT business_date FROM stale_days WHERE organization_id = :o ORDER BY 1")
    with unit_of_work() as session:
        return list(session.scalars(query, {"o": connection.organization_id}))
