"""Whether anything a merchant sees has changed: a handful of index look-ups in one query."""

from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.orm import Session

# A range of one connection is for the planner: see `paging.end_of`. Counts stop at 1,000: a
# backlog that large changes by its newest delivery, too.
_QUERY = text("""
WITH ours AS (
    SELECT id, status_at, last_success_at FROM connections
    WHERE organization_id = :organization_id
)
SELECT
    (SELECT max(greatest(status_at, last_success_at)) FROM ours),
    (SELECT count(*) FROM ours),
    (SELECT sum(found.id) FROM ours CROSS JOIN LATERAL (
        SELECT e.id FROM inbox_events e WHERE e.connection_id BETWEEN ours.id AND ours.id
        ORDER BY e.connection_id DESC, e.id DESC LIMIT 1) found),
    (SELECT sum(found.n) FROM ours CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM (SELECT 1 FROM inbox_events e
            WHERE e.connection_id = ours.id AND e.state = 'pending' LIMIT 1000) x) found),
    (SELECT sum(found.n) FROM ours CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM (SELECT 1 FROM inbox_events e
            WHERE e.connection_id = ours.id AND e.state = 'parked' LIMIT 1000) x) found),
    (SELECT sum(found.sum) FROM ours CROSS JOIN LATERAL (
        SELECT r.id + r.rows_read + extract(epoch FROM coalesce(r.finished_at, 'epoch')) AS sum
        FROM sync_runs r WHERE r.connection_id BETWEEN ours.id AND ours.id
        ORDER BY r.connection_id DESC, r.id DESC LIMIT 1) found),
    (SELECT sum(r.rows_read) FROM sync_runs r
        WHERE r.connection_id IN (SELECT id FROM ours) AND r.finished_at IS NULL),
    (SELECT max(found.id) FROM ours CROSS JOIN LATERAL (
        SELECT o.id FROM orders o WHERE o.connection_id BETWEEN ours.id AND ours.id
        ORDER BY o.connection_id DESC, o.id DESC LIMIT 1) found),
    (SELECT max(found.id) FROM ours CROSS JOIN LATERAL (
        SELECT i.id FROM invoices i WHERE i.connection_id BETWEEN ours.id AND ours.id
        ORDER BY i.connection_id DESC, i.id DESC LIMIT 1) found)
""")


def pulse(session: Session, organization_id: int) -> str:
    """A short text that differs whenever the merchant's pages would."""
    row = session.execute(_QUERY, {"organization_id": organization_id}).one()
    return blake2b(repr(tuple(row)).encode(), digest_size=9).hexdigest()
