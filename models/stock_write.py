"""Writes stock: the newest word of an item stands, and its history has each change once.

Words that come late find their place in the history, so that deliveries and readings may come in
any order, and twice.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.locations import hold
from models.provenance import DELIVERY, READING, Told
from models.storable import storable
from rules.facts import StockRecord
from rules.money import QUANTITY_PLACES, kept
from rules.stock_history import BEGINNING, StockRun, StockWord, learned, unspoken

_Row = dict[str, Any]
Item = tuple[int, str]
"""Our id of a location, and the platform's of an item."""

_LEVELS = text("""
SELECT t.location_id, t.item, s.status, s.quantity, s.version, s.changed_at, s.told_at,
    l.stock_listed_at
FROM unnest(CAST(:places AS bigint[]), CAST(:items AS text[])) AS t (location_id, item)
JOIN locations l ON l.id = t.location_id
LEFT JOIN stock_levels s ON s.location_id = t.location_id AND s.item_external_id = t.item
""")
# From the last change before the earliest late word on, that one included.
_CHANGES = text("""
SELECT c.id, c.location_id, c.item_external_id AS item, c.status, c.quantity, c.before_at,
    c.before_told_at, c.at, c.source
FROM unnest(CAST(:places AS bigint[]), CAST(:items AS text[]), CAST(:since AS timestamptz[]))
    AS t (location_id, item, since)
JOIN stock_changes c ON c.location_id = t.location_id AND c.item_external_id = t.item
WHERE c.at >= coalesce(
    (SELECT max(p.at) FROM stock_changes p
    WHERE p.location_id = t.location_id AND p.item_external_id = t.item AND p.at < t.since),
    '-infinity')
ORDER BY c.location_id, c.item_external_id, c.at
""")
_PUT_LEVELS = text("""
INSERT INTO stock_levels (organization_id, location_id, item_external_id, shared_external_id,
    status, quantity, version, changed_at, told_at)
SELECT :organization_id, t.* FROM json_to_recordset(CAST(:rows AS json)) AS t (
    location_id bigint, item text, shared text, status text, quantity numeric,
    version timestamptz, changed_at timestamptz, told_at timestamptz[])
ON CONFLICT (location_id, item_external_id) DO UPDATE SET
    shared_external_id = coalesce(excluded.shared_external_id, stock_levels.shared_external_id),
    status = excluded.status, quantity = excluded.quantity, version = excluded.version,
    changed_at = excluded.changed_at, told_at = excluded.told_at
WHERE (stock_levels.status, stock_levels.quantity, stock_levels.version, stock_levels.changed_at,
    stock_levels.told_at, stock_levels.shared_external_id) IS DISTINCT FROM (excluded.status,
    excluded.quantity, excluded.version, excluded.changed_at, excluded.told_at,
    coalesce(excluded.shared_external_id, stock_levels.shared_external_id))
""")
_FORGET = text("DELETE FROM stock_changes WHERE id = ANY(:ids)")
_PUT_CHANGES = text("""
INSERT INTO stock_changes (organization_id, location_id, item_external_id, status, quantity,
    status_before, quantity_before, before_at, before_told_at, at, source)
SELECT :organization_id, t.* FROM json_to_recordset(CAST(:rows AS json)) AS t (
    location_id bigint, item text, status text, quantity numeric, status_before text,
    quantity_before numeric, before_at timestamptz, before_told_at timestamptz[],
    at timestamptz, source text)
""")


@dataclass
class _Known:
    """What the tables know of an item: its runs, the last one whole, and the rows they are from."""

    runs: list[StockRun]
    rows: dict[datetime, int] = field(default_factory=dict)
    stored: list[StockRun] = field(default_factory=list)
    shared_id: str | None = None


def write_stock(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    records: Sequence[StockRecord],
    told: Told,
) -> int:
    """Store levels and changes; returns how many records told of a change."""
    words: dict[Item, list[StockRecord]] = {}
    for record in records:
        item = locations[record.location_id].id, storable(record.item_id)
        words.setdefault(item, []).append(record)
    hold(session, {location_id for location_id, _ in words})
    known = _known(session, words)
    changed = sum(
        _learn(known[item], record, told) for item, some in words.items() for record in some
    )
    _store(session, connection.organization_id, known)
    return changed


def _learn(known: _Known, record: StockRecord, told: Told) -> bool:
    """Add a word to what is known; whether that changed more than when it was told last."""
    quantity = None if record.quantity is None else kept(record.quantity, QUANTITY_PLACES)
    word = StockWord(record.version, storable(record.status), quantity, told.source == DELIVERY)
    before, known.runs = known.runs, learned(known.runs, word)
    known.shared_id = record.shared_id or known.shared_id
    return [(r.since, r.state) for r in before] != [(r.since, r.state) for r in known.runs]


def _known(session: Session, words: Mapping[Item, Sequence[StockRecord]]) -> dict[Item, _Known]:
    """The last run of each item; of one that is told of late, those around that time, too."""
    found = {}
    late: dict[Item, datetime] = {}
    for row in session.execute(_LEVELS, _places(words)):
        item = row.location_id, row.item
        run = _last(row)
        found[item] = _Known([run], stored=[run])
        earliest = min(record.version for record in words[item])
        if earliest <= run.until:
            late[item] = earliest
    if late:
        _remember(session, found, late)
    return found


def _last(row: Any) -> StockRun:
    """An item's last run; a listing that held no such item told of one in stock, too."""
    listed_at = row.stock_listed_at
    if row.status is None:
        return unspoken(listed_at)
    since = row.changed_at or BEGINNING
    run = StockRun(since, row.version, row.status, row.quantity, told=tuple(row.told_at))
    if run.state == unspoken().state and listed_at is not None and listed_at > run.until:
        return replace(run, until=listed_at)
    return run


def _remember(session: Session, found: dict[Item, _Known], late: Mapping[Item, datetime]) -> None:
    changes: dict[Item, list[Any]] = {}
    asked = {**_places(late), "since": list(late.values())}
    for row in session.execute(_CHANGES, asked):
        changes.setdefault((row.location_id, row.item), []).append(row)
    for item, rows in changes.items():
        known = found[item]
        last = known.runs[-1]
        ends = [(row.before_at or BEGINNING, tuple(row.before_told_at)) for row in rows]
        runs = [
            StockRun(row.at, until, row.status, row.quantity, row.source == DELIVERY, told)
            for row, (until, told) in zip(rows, [*ends[1:], (last.until, last.told)], strict=True)
        ]
        if rows[0].at >= late[item]:
            runs.insert(0, unspoken(*ends[0]))
        known.runs, known.stored = runs, list(runs)
        known.rows = {row.at: row.id for row in rows}


def _store(session: Session, organization_id: int, known: Mapping[Item, _Known]) -> None:
    gone: list[int] = []
    changes: list[_Row] = []
    for item, each in known.items():
        before, after = _changes(item, each.stored), _changes(item, each.runs)
        gone += [each.rows[at] for at, change in before.items() if after.get(at) != change]
        changes += [change for at, change in after.items() if before.get(at) != change]
    if gone:
        session.execute(_FORGET, {"ids": gone})
    owner = {"organization_id": organization_id}
    if changes:
        session.execute(_PUT_CHANGES, {**owner, "rows": json.dumps(changes)})
    levels = [_level(item, each) for item, each in known.items()]
    session.execute(_PUT_LEVELS, {**owner, "rows": json.dumps(levels)})


def _changes(item: Item, runs: Sequence[StockRun]) -> dict[datetime, _Row]:
    """What the rows tell of runs but the first, by the instant that each began."""
    return {
        run.since: {
            **_state(item, run),
            "status_before": before.status,
            "quantity_before": _plain(before.quantity),
            "before_at": _instant(before.until),
            "before_told_at": [_instant(at) for at in before.told],
            "at": _instant(run.since),
            "source": DELIVERY if run.announced else READING,
        }
        for before, run in pairwise(runs)
    }


def _level(item: Item, known: _Known) -> _Row:
    run = known.runs[-1]
    return {
        **_state(item, run),
        "shared": None if known.shared_id is None else storable(known.shared_id),
        "version": _instant(run.until),
        "changed_at": _instant(run.since),
        "told_at": [_instant(at) for at in run.told],
    }


def _state(item: Item, run: StockRun) -> _Row:
    location_id, name = item
    quantity = _plain(run.quantity)
    return {"location_id": location_id, "item": name, "status": run.status, "quantity": quantity}


def _plain(quantity: Decimal | None) -> str | None:
    return None if quantity is None else str(quantity)


def _instant(at: datetime) -> str | None:
    return None if at == BEGINNING else at.isoformat()


def _places(words: Iterable[Item]) -> dict[str, list[Any]]:
    places = list(words)
    return {"places": [place for place, _ in places], "items": [item for _, item in places]}
