"""Writes whether locations take orders just now: the newest word stands."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.locations import facts_moved, hold
from models.provenance import Told
from models.storable import storable
from rules.facts import OpeningRecord

# Of two words as of the same instant the one that tells of a closed place stands, and any that is
# known rather than one that isn't.
_OPEN = text("""
WITH told AS (
    SELECT l.id, t.open, t.reason, t.version,
        (l.taking_orders, l.taking_orders_reason) IS DISTINCT FROM (t.open, t.reason) AS other
    FROM unnest(CAST(:ids AS bigint[]), CAST(:open AS boolean[]), CAST(:reasons AS text[]),
        CAST(:versions AS timestamptz[])) AS t (id, open, reason, version)
    JOIN locations l ON l.id = t.id
    WHERE l.taking_orders_version IS NULL
        OR (t.version, t.open IS NOT NULL, coalesce(NOT t.open, false), coalesce(t.reason, ''))
            > (l.taking_orders_version, l.taking_orders IS NOT NULL,
                coalesce(NOT l.taking_orders, false), coalesce(l.taking_orders_reason, ''))
), written AS (
    UPDATE locations SET taking_orders = told.open, taking_orders_reason = told.reason,
        taking_orders_version = told.version
    FROM told WHERE locations.id = told.id
)
SELECT id FROM told WHERE other
""")


def write_openings(
    session: Session,
    _connection: Connection,
    locations: Mapping[str, Location],
    records: Sequence[OpeningRecord],
    _told: Told,
) -> int:
    """Store what the newest record of each location says; returns how many places changed."""
    newest: dict[int, OpeningRecord] = {}
    for record in sorted(records, key=_order):
        newest[locations[record.location_id].id] = record
    hold(session, newest)
    told = {
        "ids": list(newest),
        "open": [record.open for record in newest.values()],
        "reasons": [_stored(record.reason) for record in newest.values()],
        "versions": [record.version for record in newest.values()],
    }
    changed = session.scalars(_OPEN, told).all()
    facts_moved(session, changed)
    return len(changed)


def _order(record: OpeningRecord) -> tuple[object, ...]:
    return record.version, record.open is not None, not record.open, _stored(record.reason) or ""


def _stored(reason: str | None) -> str | None:
    return None if reason is None else storable(reason)
