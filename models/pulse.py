"""Whether anything a merchant sees has changed: a handful of index look-ups in one query."""

from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.orm import Session

# Counts stop at 1,000: a backlog that large changes by its newest delivery, too.
_QUERY = text("""
WITH ours AS (
    SELECT id, status_at, last_success_at FROM connections
    WHERE organization_id = :organization_id
)
SELECT
    (SELECT max(greatest(status_at, last_success_at)) FROM ours),
    (SELECT count(*) FROM ours),
    (SELECT sum(found.id) FROM ours CROSS JOIN LATERAL (
        SELECT e.id FROM inbox_events e WHERE e.connection_id = ours.id
        ORDER BY e.id DESC LIMIT 1) found),
    (SELECT sum(found.n) FROM ours CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM (SELECT 1 FROM inbox_events e
            WHERE e.connection_id = ours.id AND e.state = 'pending' LIMIT 1000) x) found),
    (SELECT sum(found.n) FROM ours CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM (SELECT 1 FROM inbox_events e
            WHERE e.connection_id = ours.id AND e.state = 'parked' LIMIT 1000) x) found),
    (SELECT sum(found.sum) FROM ours CROSS JOIN LATERAL (
        SELECT r.id + r.rows_read + extract(epoch FROM coalesce(r.finished_at, 'epoch')) AS sum
        FROM sync_runs r WHERE r.connection_id = ours.id ORDER BY r.id DESC LIMIT 1) found),
    (SELECT sum(r.rows_read) FROM sync_runs r
        WHERE r.connection_id IN (SELECT id FROM ours) AND r.finished_at IS NULL),
    (SELECT max(id) FROM orders WHERE organization_id = :organization_id),
    (SELECT max(id) FROM invoices WHERE organization_id = :organization_id)
""")


def pulse(session: Session, organization_id: int) -> str:
    """A short text that differs whenever the merchant's pages would."""
    row = session.execute(_QUERY, {"organization_id": organization_id}).one()
    return blake2b(repr(tuple(row)).encode(), digest_size=9).hexdigest()
