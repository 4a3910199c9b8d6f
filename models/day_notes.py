"""Notes which days of which locations are out of date, in the transaction that changes them.

Notes are only ever added here, so that no two batches wait for each other over a day; whoever
counts a day anew takes its notes away.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import bulk
from models.location import Location
from models.location_day import Place
from rules.records import OrderRecord

_COLUMNS = ("organization_id", "location_id", "business_date")

# Locked one after the other as the merge does it, so that nobody changes them in between.
_LOCK = text("""
SELECT o.id, o.location_id, o.business_date
FROM orders o JOIN staged_orders s
    ON o.connection_id = s.connection_id AND o.external_id = s.external_id
ORDER BY o.external_id FOR UPDATE OF o
""")
_OF_PARTS = text("""
INSERT INTO stale_days (organization_id, location_id, business_date)
SELECT DISTINCT organization_id, location_id, business_date FROM (
    SELECT organization_id, location_id, business_date FROM payments WHERE order_id = ANY(:ids)
    UNION ALL
    SELECT organization_id, location_id, business_date FROM refunds WHERE order_id = ANY(:ids)
) AS booked
WHERE location_id IS NOT NULL AND business_date IS NOT NULL
""")


def booked(session: Session) -> dict[int, Place]:
    """Where and when the staged orders are booked that are in the books, by id; locked."""
    return {row.id: (row.location_id, row.business_date) for row in session.execute(_LOCK)}


def note_before(
    session: Session, organization_id: int, before: Mapping[int, Place], ids: Sequence[int]
) -> None:
    """Note the days that these orders were booked on, before their parts are forgotten."""
    bulk.append(session, [_notes(organization_id, {before[x] for x in ids if x in before})])
    session.execute(_OF_PARTS, {"ids": list(ids)})


def notes_of(
    organization_id: int, locations: Mapping[str, Location], orders: Iterable[OrderRecord]
) -> bulk.Rows:
    """Notes of the days that these orders are booked on now."""
    places = {
        (locations[order.location_id].id, day)
        for order in orders
        for day in _days(order)
        if day is not None
    }
    return _notes(organization_id, places)


def _days(order: OrderRecord) -> Iterator[date | None]:
    yield order.business_date
    for payment in order.payments:
        yield payment.business_date
        if payment.refund is not None:
            yield payment.refund.business_date


def _notes(organization_id: int, places: Iterable[Place]) -> bulk.Rows:
    return bulk.Rows("stale_days", _COLUMNS, [(organization_id, *place) for place in places])
