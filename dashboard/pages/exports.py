"""Lists as CSV: all rows that the filters let through, written while they are read."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dashboard.access import Visitor, signed_in
from dashboard.pages import asked, blueprint, days, guests, invoices, orders
from documents import figures
from models import listing
from models.day_list import SORTS as DAY_SORTS
from models.invoice_list import SORTS as INVOICE_SORTS
from models.invoice_list import usual_sort
from models.listing import MOST, Listed, Span
from models.order_list import SORTS as ORDER_SORTS
from models.session import unit_of_work

_ORDERS = (
    *("business_date", "connection", "location", "external_id", "display_number", "source"),
    *("state", "voided", "deleted", "opened_at", "paid_at", "closed_at", "currency", "net"),
    *("discounts", "charges", "gratuities", "tax", "total", "tips", "paid", "refunded"),
    *("invoice_state", "invoice_number"),
)
_INVOICES = (
    *("number", "status", "business_date", "issued_at", "connection", "location"),
    *("order_external_id", "order_display_number", "currency", "net", "tax", "gratuities"),
    "total",
)
_GUESTS = (
    *("id", "name", "emails", "phones", "connections", "customer_count", "last_order_on"),
    *("currency", "orders", "total", "refunded"),
)
_NOTHING = {"currency": "", "orders": 0, "total": None, "refunded": None}
_DAYS = (
    *("business_date", "connection", "location", "brand", "currency", "orders", "checks", "guests"),
    *("voided_orders", "gross", "discounts", "net", "charges", "gratuities", "fundraising", "tax"),
    *("marketplace_tax", "deferred", "due", "paid_before", "paid_that_day", "paid_after", "open"),
    *("rounding", "unexplained", "unexplained_orders", "untied_checks", "prepaid", "postpaid"),
    *("collected", "tips", "refunded_net", "refunded_tax", "refunded_marketplace_tax"),
    "refunded_gratuities",
    *("refunded_deferred", "refunded_tips", "counted_at"),
)
# A spreadsheet would run such a text as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Read = Callable[[Session, Span], Listed]


@blueprint.get("/orders.csv")
@signed_in
def orders_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Orders, filtered as the list is."""
    ours, wanted = visitor.organization_id, orders.wanted(request.args)
    sort = asked.sort(request.args, ORDER_SORTS, orders.USUAL_SORT)
    return file(
        "orders.csv", _ORDERS, lambda db, span: listing.orders(db, ours, wanted, span, sort)
    )


@blueprint.get("/invoices.csv")
@signed_in
def invoices_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Invoices, filtered as the list is."""
    ours, wanted = visitor.organization_id, invoices.wanted(request.args)
    sort = asked.sort(request.args, INVOICE_SORTS, usual_sort(wanted))
    return file(
        "invoices.csv", _INVOICES, lambda db, span: listing.invoices(db, ours, wanted, span, sort)
    )


@blueprint.get("/days.csv")
@signed_in
def days_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Days of locations, filtered as the list is."""
    ours, wanted = visitor.organization_id, days.wanted(request.args)
    sort = asked.sort(request.args, DAY_SORTS, days.USUAL_SORT)
    return file("days.csv", _DAYS, lambda db, span: listing.days(db, ours, wanted, span, sort))


@blueprint.get("/guests.csv")
@signed_in
def guests_csv(_database: Session, visitor: Visitor) -> ResponseReturnValue:
    """Guests, filtered as the list is; a line for each currency in which one bought."""
    ours, wanted = visitor.organization_id, guests.wanted(request.args)
    return file(
        "guests.csv",
        _GUESTS,
        lambda db, span: _by_currency(listing.persons(db, ours, wanted, span)),
    )


def _by_currency(listed: Listed) -> Listed:
    """What was bought in each; who bought nothing has a line, too."""
    lines = [{**row, **total} for row in listed.items for total in row["totals"] or [_NOTHING]]
    return Listed(lines, listed.next)


def file(name: str, columns: tuple[str, ...], read: Read) -> Response:
    """A list as a file; its numbers are amounts where the `columns` say of which currency."""
    response = Response(_lines(columns, read), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _lines(columns: tuple[str, ...], read: Read) -> Iterator[str]:
    """A page of rows at a time, each in a short transaction of its own."""
    yield _line(columns)
    after: str | None = None
    while True:
        with unit_of_work() as database:
            listed = read(database, Span(MOST, after))
        yield "".join(_line(_cells(row, columns)) for row in listed.items)
        after = listed.next
        if after is None:
            return


def _cells(row: Mapping[Any, Any], columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        yield _cell(row[column], row["currency"] if "currency" in columns else None)


def _cell(value: Any, currency: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return figures.quantity(value) if currency is None else figures.plain(value, currency)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return str(value)


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
