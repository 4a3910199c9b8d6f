"""A location's cash of one business date: payments of guests, entries of drawers, deposits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from models import booked
from models.location import Location
from rules import cash
from rules.facts import CashRecord

TENDER = "CASH"

_PAID = text(f"""
SELECT count(*) AS number, coalesce(sum(p.amount), 0) AS amount
FROM ({booked.PAYMENTS}) AS p JOIN orders o ON o.id = p.order_id
WHERE p.tender = :tender AND p.counts AND o.currency = :currency AND {booked.SOLD}
""")
_GIVEN_BACK = text(f"""
SELECT coalesce(sum(r.amount), 0)
FROM ({booked.REFUNDS}) AS r
JOIN payments p ON p.order_id = r.order_id AND p.position = r.position
JOIN orders o ON o.id = r.order_id
WHERE p.tender = :tender AND o.currency = :currency AND {booked.SOLD}
""")
# Of other dates, those that these take back or that take these back, and so on.
_RECORDS = text("""
WITH RECURSIVE linked AS (
    SELECT * FROM cash_entries
    WHERE organization_id = :organization_id AND location_id = :location_id
        AND business_date = :business_date
    UNION
    SELECT others.* FROM linked, LATERAL (
        SELECT * FROM cash_entries c
        WHERE c.location_id = linked.location_id AND c.kind = linked.kind
            AND c.external_id = linked.undoes_external_id
        UNION ALL
        SELECT * FROM cash_entries c
        WHERE c.location_id = linked.location_id AND c.kind = linked.kind
            AND c.undoes_external_id = linked.external_id
    ) AS others
)
SELECT * FROM linked ORDER BY kind DESC, business_date, at NULLS FIRST, id
""")


@dataclass(frozen=True)
class CashOfDay:
    """Figures of the day and what they are made of, in `currency`: the location's, and no other.

    `records` are the entries and deposits of the day, and the others of each pair of which one
    takes the other back; `standing` are the ids of those that no such pair made void.
    """

    location_id: int
    location: str
    time_zone: str
    business_date: date
    currency: str
    payments: int
    figures: cash.CashDay
    records: Sequence[RowMapping]
    standing: frozenset[int]


def cash_of_day(
    session: Session, organization_id: int, location_id: int, day: date
) -> CashOfDay | None:
    """A location's cash day, from the books as they are now; None when it isn't the merchant's."""
    location = session.scalars(
        select(Location).where(
            Location.organization_id == organization_id, Location.id == location_id
        )
    ).first()
    if location is None:
        return None
    asked = {
        "organization_id": organization_id,
        "location_id": location_id,
        "business_date": day,
        "currency": location.currency,
        "tender": TENDER,
    }
    paid = session.execute(_PAID, asked).one()
    given_back = session.execute(_GIVEN_BACK, asked).scalar_one()
    rows = session.execute(_RECORDS, asked).mappings().all()
    told = [_record(row) for row in rows]
    ids = {(row["kind"], row["external_id"]): row["id"] for row in rows}
    standing = {ids[record.kind, record.external_id] for record in cash.standing_of(told)}
    return CashOfDay(
        location.id,
        location.name,
        location.time_zone,
        day,
        location.currency,
        paid.number,
        cash.cash_day(day, [paid.amount], [given_back], told),
        rows,
        frozenset(standing),
    )


def _record(row: Any) -> CashRecord:
    return CashRecord(
        location_id="",
        kind=row["kind"],
        external_id=row["external_id"],
        business_date=row["business_date"],
        amount=row["amount"],
        type=row["type"],
        reason=row["reason"],
        undoes_id=row["undoes_external_id"],
    )
