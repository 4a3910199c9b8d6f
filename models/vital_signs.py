"""What the probes measure: a few bounded queries over the whole installation.

Counts stop at a limit and orders are estimated by the planner, so that a scrape of a large or a
busy database costs what one of an idle one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

COUNTED_TO = 100_000
# The timetable rings several jobs every few seconds, and workers that are busy hear them late.
BEAT_SILENT = timedelta(minutes=1)

_CONNECTIONS = text("""
SELECT c.id, c.organization_id, c.name, c.platform, c.status, c.last_success_at,
    c.unannounced_since,
    (SELECT count(*) FROM (SELECT 1 FROM inbox_events e
        WHERE e.connection_id = c.id AND e.state = 'pending' LIMIT :most) x) AS waiting,
    (SELECT e.received_at FROM inbox_events e
        WHERE e.connection_id BETWEEN c.id AND c.id AND e.state = 'pending'
        ORDER BY e.connection_id, e.id LIMIT 1)
        AS waiting_since,
    (SELECT count(*) FROM (SELECT 1 FROM inbox_events e
        WHERE e.connection_id = c.id AND e.state = 'parked' LIMIT :most) x) AS parked_events,
    (SELECT count(*) FROM (SELECT 1 FROM parked_records r
        WHERE r.connection_id = c.id LIMIT :most) x) AS parked_records
FROM connections c ORDER BY c.id
""")
_STREAMS = text("""
SELECT c.organization_id, c.name, c.platform, s.stream,
    min(s.watermark) FILTER (WHERE s.sales) AS watermark,
    max(s.failures) AS failures
FROM cursors s JOIN connections c ON c.id = s.connection_id
    LEFT JOIN locations l ON l.connection_id = s.connection_id
        AND l.external_id = s.location_external_id
WHERE l.archived IS NOT TRUE
GROUP BY c.id, c.organization_id, c.name, c.platform, s.stream ORDER BY c.id, s.stream
""")
# A table that was never analysed has no estimate and is small: count it.
_TOTALS = text("""
SELECT CASE WHEN (SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass) >= :most
        THEN (SELECT reltuples::bigint FROM pg_class WHERE oid = 'orders'::regclass)
        ELSE (SELECT count(*) FROM (SELECT 1 FROM orders LIMIT :most * 10) x) END AS orders,
    (SELECT coalesce(sum(next_number - 1), 0)::bigint FROM invoice_series) AS invoices,
    (SELECT count(*) FROM (SELECT 1 FROM orders
        WHERE invoice_state = 'due' LIMIT :most) x) AS invoices_due,
    (SELECT count(*) FROM (SELECT 1 FROM orders
        WHERE invoice_state NOT IN ('issued', 'not needed') AND invoice_state = 'parked'
        LIMIT :most) x) AS invoices_parked,
    (SELECT count(*) FROM (SELECT 1 FROM dead_messages
        WHERE state = 'waiting' LIMIT :most) x) AS dead_messages,
    (SELECT count(*) FROM (SELECT 1 FROM sync_slices
        WHERE status = 'failed' LIMIT :most) x) AS slices_failed,
    (SELECT max(scheduled_for) FROM job_slots) AS beat_at
""")


@dataclass(frozen=True)
class VitalSigns:
    """Rows a connection and a stream of one; totals over everything."""

    connections: Sequence[Row[Any]]
    streams: Sequence[Row[Any]]
    totals: Row[Any]


def read(session: Session) -> VitalSigns:
    """Everything the metrics show."""
    most = {"most": COUNTED_TO}
    return VitalSigns(
        connections=session.execute(_CONNECTIONS, most).all(),
        streams=session.execute(_STREAMS).all(),
        totals=session.execute(_TOTALS, most).one(),
    )


def is_silent(heard: datetime, now: datetime) -> bool:
    """Whether beat, last heard then, is silent now.

    A slot far ahead was taken before the clock was set back, and the first ring that is heard takes
    those away: it is as silent as one as far behind.
    """
    return abs(now - heard) > BEAT_SILENT


def beat_heard_at(session: Session) -> datetime | None:
    """The newest slot that the timetable gave out."""
    found: datetime | None = session.scalar(text("SELECT max(scheduled_for) FROM job_slots"))
    return found
