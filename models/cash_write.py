"""Writes cash entries and deposits: what was read last of one stands."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.logging import logger
from models.connection import Connection
from models.location import Location
from models.locations import hold
from models.provenance import Told
from models.storable import storable
from rules.facts import CashRecord

log = logger(__name__)

_FACTS = (
    *("business_date", "amount", "type", "reason", "at", "drawer_external_id"),
    *("reason_external_id", "undoes_external_id"),
)


def _of(table: str) -> str:
    return ", ".join(f"{table}.{fact}" for fact in _FACTS)


_MERGE = text(f"""
WITH told AS (
    SELECT t.*, coalesce(CAST(:listed_at AS timestamptz), now()) AS read_at
    FROM json_to_recordset(CAST(:told AS json)) AS t (
        location_id bigint, kind text, external_id text, business_date date,
        amount numeric(18, 4), type text, reason text, at timestamptz, drawer_external_id text,
        reason_external_id text, undoes_external_id text)
), newer AS (
    SELECT t.*, c.business_date AS dated_before,
        c.id IS NULL OR ({_of("c")}) IS DISTINCT FROM ({_of("t")}) AS other
    FROM told t
    LEFT JOIN cash_entries c USING (location_id, kind, external_id)
    WHERE c.id IS NULL OR c.read_at <= t.read_at
), written AS (
    INSERT INTO cash_entries (organization_id, location_id, kind, external_id, read_at,
        {", ".join(_FACTS)})
    SELECT :organization_id, location_id, kind, external_id, read_at, {_of("newer")} FROM newer
    ON CONFLICT (location_id, kind, external_id) DO UPDATE SET
        read_at = excluded.read_at, {", ".join(f"{fact} = excluded.{fact}" for fact in _FACTS)}
)
SELECT location_id, kind, external_id, business_date, dated_before FROM newer WHERE other
""")


def write_cash(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    records: Sequence[CashRecord],
    told: Told,
) -> int:
    """Store entries and deposits; returns how many weren't known so.

    One that the platform moved to another business date is moved, and the log says so: two days
    come to something else.
    """
    rows = [_row(locations[record.location_id].id, record) for record in records]
    last = {(row["location_id"], row["kind"], row["external_id"]): row for row in rows}
    hold(session, {row["location_id"] for row in rows})
    changed = session.execute(
        _MERGE,
        {
            "organization_id": connection.organization_id,
            "told": json.dumps(list(last.values())),
            "listed_at": told.listed_at,
        },
    ).all()
    for row in changed:
        if row.dated_before not in {None, row.business_date}:
            _say_moved(row)
    return len(changed)


def _say_moved(row: Any) -> None:
    log.warning(
        "cash moved to another business date",
        location_id=row.location_id,
        kind=row.kind,
        external_id=row.external_id,
        business_date=row.business_date.isoformat(),
        before=row.dated_before.isoformat(),
    )


def _row(location_id: int, record: CashRecord) -> dict[str, Any]:
    texts = {
        "kind": record.kind,
        "external_id": record.external_id,
        "type": record.type,
        "reason": record.reason,
        "drawer_external_id": record.drawer_id,
        "reason_external_id": record.reason_id,
        "undoes_external_id": record.undoes_id,
    }
    return {
        "location_id": location_id,
        "business_date": record.business_date.isoformat(),
        "amount": str(record.amount),
        "at": _instant(record.at),
        **{name: None if value is None else storable(value) for name, value in texts.items()},
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
