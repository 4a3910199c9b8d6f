"""What the lists of orders and of invoices share: where and when, and by what they are sorted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement

from models.connection import Connection
from models.invoice import Invoice
from models.order import Order
from models.paging import Sort

Sale = type[Order] | type[Invoice]


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """Which sales. `since` and `until` are business dates, both included."""

    connection: str | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None


def conditions(table: Sale, wanted: SaleFilter) -> Iterator[ColumnElement[bool]]:
    """For a query on `table` joined with its connection."""
    if wanted.connection is not None:
        yield Connection.name == wanted.connection
    if wanted.location_id is not None:
        yield table.location_id == wanted.location_id
    if wanted.since is not None:
        yield table.business_date >= wanted.since
    if wanted.until is not None:
        yield table.business_date <= wanted.until


def sorts(table: Sale) -> dict[str, Sort]:
    """By date or by id, each both ways; a minus is the newest first."""
    by_date, by_id = (table.business_date, table.id), (table.id,)
    return {
        "-business_date": Sort("-business_date", by_date),
        "business_date": Sort("business_date", by_date, descending=False),
        "-id": Sort("-id", by_id),
        "id": Sort("id", by_id, descending=False),
    }
