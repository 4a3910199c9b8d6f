"""What a whole listing of a location's stock didn't hold is in stock: platforms list the rest."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.location import Location
from models.locations import hold
from models.provenance import READING

_CLOSE = text("""
WITH gone AS (
    SELECT id, organization_id, location_id, item_external_id, status, quantity, version,
        told_at
    FROM stock_levels
    WHERE location_id = :location_id AND version < :at AND (listed_at < :at) IS NOT FALSE
        AND (status <> 'in stock' OR quantity IS NOT NULL)
), told AS (
    INSERT INTO stock_changes (organization_id, location_id, item_external_id, status, quantity,
        status_before, quantity_before, before_at, before_told_at, at, source)
    SELECT organization_id, location_id, item_external_id, 'in stock', NULL, status, quantity,
        version, told_at, :at, :source
    FROM gone
)
UPDATE stock_levels SET status = 'in stock', quantity = NULL, version = :at, changed_at = :at,
    told_at = '{}'
FROM gone WHERE stock_levels.id = gone.id
""")
_STILL = text("""
UPDATE stock_levels SET listed_at = :at
WHERE location_id = :location_id AND item_external_id = ANY(:ids)
""")
_LISTED = text("""
UPDATE locations SET stock_listed_at = greatest(stock_listed_at, :at) WHERE id = :location_id
""")


def still_told(
    session: Session, location: Location, ids: Sequence[str], listed_at: datetime
) -> None:
    """Note that these are listed, whatever of them: they stay as they were."""
    hold(session, [location.id])
    session.execute(_STILL, {"location_id": location.id, "ids": list(ids), "at": listed_at})


def close_stock(session: Session, location: Location, listed_at: datetime) -> int:
    """Put what was told before `listed_at` and isn't listed back in stock; returns how many."""
    hold(session, [location.id])
    asked = {"location_id": location.id, "at": listed_at, "source": READING}
    closed: int = session.execute(_CLOSE, asked).rowcount  # type: ignore[attr-defined]
    session.execute(_LISTED, asked)
    return closed
