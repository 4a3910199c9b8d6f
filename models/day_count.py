"""Counts days of locations anew: takes the notes of them and puts their figures in order.

Notes are deleted before their days are counted, by an earlier statement of the same transaction:
whatever was committed together with a deleted note is seen by the statement that counts. What is
committed later brings a note of its own. So no change is missed, and a kill anywhere loses none.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.day_count_sql import COUNT, COUNT_MONTHS
from models.location_day import Place
from models.one_by_one import alone

# Comes before every day there is: the newest come first.
FIRST: Place = (2**62, date.max)

_WAITING = text("""
SELECT DISTINCT l.connection_id FROM locations l
CROSS JOIN LATERAL (SELECT FROM stale_days s WHERE s.location_id = l.id LIMIT 1) AS noted
ORDER BY l.connection_id
""")
# Location by location from the start of the index, however many notes each has.
_FORGET = text("""
WITH RECURSIVE noted AS (
    (SELECT location_id AS id FROM stale_days ORDER BY location_id LIMIT 1)
    UNION ALL
    SELECT (SELECT s.location_id FROM stale_days s WHERE s.location_id > noted.id
            ORDER BY s.location_id LIMIT 1)
    FROM noted WHERE noted.id IS NOT NULL
)
DELETE FROM stale_days s USING noted
WHERE s.location_id = noted.id AND NOT EXISTS (SELECT FROM locations l WHERE l.id = noted.id)
""")
# Of each location the newest, by the end of its index.
_NEXT = text("""
SELECT l.id, noted.business_date FROM locations l CROSS JOIN LATERAL (
    SELECT DISTINCT s.business_date FROM stale_days s
    WHERE s.location_id = l.id AND s.business_date <= :business_date
    ORDER BY s.business_date DESC LIMIT :most + 1
) AS noted
WHERE l.connection_id = :connection_id
  AND (noted.business_date, l.id) < (:business_date, :location_id)
ORDER BY noted.business_date DESC, l.id DESC LIMIT :most
""")
_DAYS = "unnest(CAST(:locations AS bigint[]), CAST(:dates AS date[]))"
_TAKE = text(f"""
DELETE FROM stale_days s USING {_DAYS} AS taken (location_id, business_date)
WHERE s.location_id = taken.location_id AND s.business_date = taken.business_date
""")
_COUNT = text(COUNT.format(days=_DAYS))
_COUNT_MONTHS = text(COUNT_MONTHS.format(days=_DAYS))


class TakenError(Exception):
    """Another transaction counts days of the connection."""


def waiting(session: Session) -> Sequence[int]:
    """Ids of the connections of which some day is to be counted anew."""
    return session.execute(_WAITING).scalars().all()


def forget_gone(session: Session) -> None:
    """Take away the notes of locations that are gone: there is nothing to count.

    They have no foreign key that would do it: an order that names such a one is stored all the
    same.
    """
    session.execute(_FORGET)


def count(
    session: Session, connection_id: int, most: int, behind: Place = FIRST
) -> Sequence[Place]:
    """Count up to `most` days of a connection anew that are noted, the newest first.

    Only days that come `behind` one: who goes on after the last one counts none twice. Returns
    those that were counted; the caller owns the transaction.

    Effects: rows in location_days, one a currency; a day on which nothing is left loses its own.
        Their sums in location_months.
    Raises: TakenError. One at a time: figures as of an earlier moment must not replace later ones.
    """
    if not alone(session, f"tally of connection {connection_id}"):
        raise TakenError
    location_id, business_date = behind
    named = {"location_id": location_id, "business_date": business_date}
    found = session.execute(_NEXT, {"connection_id": connection_id, "most": most, **named})
    days = [(row.id, row.business_date) for row in found]
    if days:
        locations, dates = map(list, zip(*days, strict=True))
        which = {"locations": locations, "dates": dates}
        session.execute(_TAKE, which)
        session.execute(_COUNT, which)
        session.execute(_COUNT_MONTHS, which)
    return days
