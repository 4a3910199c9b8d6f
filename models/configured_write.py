"""Writes what is set up at locations: the newest listing that tells of a thing stands."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.locations import facts_moved, hold
from models.provenance import Told
from models.storable import storable
from rules.facts import ConfiguredRecord

_MERGE = text("""
WITH told AS (
    SELECT t.*, coalesce(CAST(:listed_at AS timestamptz), now()) AS listed_at
    FROM json_to_recordset(CAST(:told AS json)) AS t (
        location_id bigint, kind text, external_id text, name text, facts jsonb)
), newer AS (
    SELECT t.*, c.id IS NULL OR c.removed_at IS NOT NULL
        OR (c.name, c.facts) IS DISTINCT FROM (t.name, t.facts) AS other
    FROM told t
    LEFT JOIN configured c USING (location_id, kind, external_id)
    WHERE c.id IS NULL OR greatest(c.listed_at, c.removed_at) <= t.listed_at
), written AS (
    INSERT INTO configured (organization_id, location_id, kind, external_id, name, facts, listed_at)
    SELECT :organization_id, location_id, kind, external_id, name, facts, listed_at FROM newer
    ON CONFLICT (location_id, kind, external_id) DO UPDATE SET
        name = excluded.name, facts = excluded.facts, listed_at = excluded.listed_at,
        removed_at = NULL
)
SELECT location_id FROM newer WHERE other
""")
_CLOSE = text("""
UPDATE configured SET removed_at = :at
WHERE location_id = :location_id AND listed_at < :at AND removed_at IS NULL
""")


def write_configured(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    records: Sequence[ConfiguredRecord],
    told: Told,
) -> int:
    """Store what is set up; what was removed and is told of again is back.

    Returns how many weren't known so.
    """
    rows = [_row(locations[record.location_id].id, record) for record in records]
    last = {(row["location_id"], row["kind"], row["external_id"]): row for row in rows}
    hold(session, {row["location_id"] for row in rows})
    changed = session.scalars(
        _MERGE,
        {
            "organization_id": connection.organization_id,
            "told": json.dumps(list(last.values())),
            "listed_at": told.listed_at,
        },
    ).all()
    facts_moved(session, set(changed))
    return len(changed)


def close_configuration(session: Session, location: Location, listed_at: datetime) -> int:
    """Mark what was told before `listed_at` and isn't listed as removed; returns how many."""
    hold(session, [location.id])
    asked = {"location_id": location.id, "at": listed_at}
    removed: int = session.execute(_CLOSE, asked).rowcount  # type: ignore[attr-defined]
    facts_moved(session, [location.id] if removed else [])
    return removed


def _row(location_id: int, record: ConfiguredRecord) -> dict[str, Any]:
    return {
        "location_id": location_id,
        "kind": storable(record.kind),
        "external_id": storable(record.external_id),
        "name": storable(record.name),
        "facts": {storable(name): storable(value) for name, value in record.facts.items()},
    }
