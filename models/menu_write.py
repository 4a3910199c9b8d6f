"""Writes menus: the one published last stands, as a tree and as a flat list of what it offers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.connection import Connection
from models.location import Location
from models.locations import facts_moved, hold
from models.menu_tree import tree_of
from models.provenance import Told
from models.storable import storable
from rules.facts import MenuItemRecord, MenuRecord

_KNOWN = text("""
SELECT version, fingerprint, withdrawn_at FROM menus WHERE location_id = :location_id
""")
_SEEN_AGAIN = text("""
UPDATE menus SET version = :version, read_at = now() WHERE location_id = :location_id
""")
_PUT = text("""
INSERT INTO menus (organization_id, location_id, version, fingerprint, tree, read_at)
VALUES (:organization_id, :location_id, :version, :fingerprint, CAST(:tree AS jsonb), now())
ON CONFLICT (location_id) DO UPDATE SET version = excluded.version, read_at = excluded.read_at,
    fingerprint = excluded.fingerprint, tree = excluded.tree, withdrawn_at = NULL
""")
_WITHDRAW = text("""
WITH withdrawn AS (
    UPDATE menus SET withdrawn_at = :at
    WHERE location_id = :location_id AND version < :at AND withdrawn_at IS NULL
    RETURNING location_id
), gone AS (
    UPDATE menu_items SET removed_at = :at
    FROM withdrawn WHERE menu_items.location_id = withdrawn.location_id AND removed_at IS NULL
)
SELECT location_id FROM withdrawn
""")
_FACTS = (
    *("shared_external_id", "kind", "name", "path", "price", "pricing", "tax_inclusion"),
    *("tax_external_ids", "category", "category_external_id", "plu", "sku", "deferred"),
)
_TYPES = {
    **dict.fromkeys(("path", "tax_external_ids"), "text[]"),
    **{"price": "numeric(18, 4)", "deferred": "boolean"},
}
_SHAPE = ", ".join(f"{fact} {_TYPES.get(fact, 'text')}" for fact in _FACTS)
_NAMES = ", ".join(_FACTS)
_KEPT = ", ".join(f"menu_items.{fact}" for fact in _FACTS)
_NEW = ", ".join(f"excluded.{fact}" for fact in _FACTS)
# NOT IN looks each up in a table of its own; NOT EXISTS may compare each with each.
_PUT_ITEMS = text(f"""
WITH told AS (
    SELECT * FROM json_to_recordset(CAST(:items AS json)) AS t (external_id text, {_SHAPE})
), gone AS (
    UPDATE menu_items SET removed_at = :version
    WHERE location_id = :location_id AND removed_at IS NULL
        AND external_id NOT IN (SELECT external_id FROM told)
)
INSERT INTO menu_items (organization_id, location_id, external_id, {_NAMES})
SELECT :organization_id, :location_id, external_id, {_NAMES} FROM told
ON CONFLICT (location_id, external_id) DO UPDATE SET ({_NAMES}, removed_at) = ROW({_NEW}, NULL)
WHERE ({_KEPT}) IS DISTINCT FROM ({_NEW}) OR menu_items.removed_at IS NOT NULL
""")


def write_menus(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    records: Sequence[MenuRecord],
    _told: Told,
) -> int:
    """Store the newest menu of each location; returns how many offer something else than before.

    What is no longer offered stays as removed, for old orders. An equally new menu replaces: its
    platform says the same, we may understand more of it.
    """
    newest: dict[int, MenuRecord] = {}
    for record in records:
        place = locations[record.location_id].id
        if place not in newest or record.version >= newest[place].version:
            newest[place] = record
    hold(session, newest)
    changed = [
        place
        for place, record in newest.items()
        if _put(session, connection.organization_id, place, record)
    ]
    facts_moved(session, changed)
    return len(changed)


def close_menus(session: Session, location: Location, listed_at: datetime) -> int:
    """Nothing is published: what was before `listed_at` is withdrawn; returns how many menus."""
    hold(session, [location.id])
    asked = {"location_id": location.id, "at": listed_at}
    withdrawn = session.scalars(_WITHDRAW, asked).all()
    facts_moved(session, withdrawn)
    return len(withdrawn)


def _put(session: Session, organization_id: int, place: int, record: MenuRecord) -> bool:
    known = session.execute(_KNOWN, {"location_id": place}).first()
    if known is not None and known.version > record.version:
        return False
    tree = json.dumps(tree_of(record), sort_keys=True)
    fingerprint = blake2b(tree.encode(), digest_size=16).hexdigest()
    stamped = {"location_id": place, "version": record.version}
    if known is not None and known.withdrawn_at is None and known.fingerprint == fingerprint:
        if known.version < record.version:
            session.execute(_SEEN_AGAIN, stamped)
        return False
    owned = {"organization_id": organization_id, **stamped}
    session.execute(_PUT, {**owned, "fingerprint": fingerprint, "tree": tree})
    session.execute(_PUT_ITEMS, {**owned, "items": json.dumps(_rows(record.items))})
    return True


def _rows(items: Iterable[MenuItemRecord]) -> list[dict[str, Any]]:
    """One row a thing: as it stands first on the menu, rather than as what modifies another."""
    found: dict[str, dict[str, Any]] = {}
    for item in sorted(items, key=lambda each: each.kind != "item"):
        row = _row(item)
        found.setdefault(row["external_id"], row)
    return list(found.values())


def _row(item: MenuItemRecord) -> dict[str, Any]:
    texts = {
        "external_id": item.external_id,
        "shared_external_id": item.shared_id,
        "kind": item.kind,
        "name": item.name,
        "pricing": item.pricing,
        "tax_inclusion": item.tax_inclusion,
        "category": item.category,
        "category_external_id": item.category_id,
        "plu": item.plu,
        "sku": item.sku,
    }
    return {
        **{name: None if value is None else storable(value) for name, value in texts.items()},
        "path": [storable(part) for part in item.path],
        "tax_external_ids": [storable(tax) for tax in item.tax_ids],
        "price": None if item.price is None else str(item.price),
        "deferred": item.deferred,
    }
