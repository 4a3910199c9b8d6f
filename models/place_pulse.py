"""Whether what pages show of stock and of locations has changed: one query each."""

from hashlib import blake2b

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

# Of all that is out or low, and of the newest change: readings that find the same change neither.
_STOCK = text("""
SELECT count(*), sum(id), max(changed_at), sum(quantity), (
    SELECT concat(at, id) FROM stock_changes WHERE organization_id = :organization_id
    ORDER BY at DESC, id DESC LIMIT 1)
FROM stock_levels
WHERE organization_id = :organization_id AND status IN ('low', 'out of stock')
""")
_LOCATIONS = text("""
SELECT count(*), sum(hashtext(concat(name, brand, group_external_id, time_zone, currency,
    closeout_hour, archived, removed_at, taking_orders, taking_orders_reason)))
FROM locations WHERE organization_id = :organization_id
""")


def of_stock(session: Session, organization_id: int) -> str:
    """A short text that differs whenever a merchant's stock would be shown otherwise."""
    return _digest(session, _STOCK, organization_id)


def of_locations(session: Session, organization_id: int) -> str:
    """The same of a merchant's locations."""
    return _digest(session, _LOCATIONS, organization_id)


def _digest(session: Session, query: TextClause, organization_id: int) -> str:
    row = session.execute(query, {"organization_id": organization_id}).one()
    return blake2b(repr(tuple(row)).encode(), digest_size=9).hexdigest()
