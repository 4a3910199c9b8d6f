"""What of a merchant's work nobody takes up: workers or beat are away, and only time tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.vital_signs import BEAT_SILENT

# Sweeps look every few seconds; what is due for so long was seen by nobody.
_DELIVERY_WAITS = timedelta(minutes=1)
# An import brings many sales at once, which are invoiced one batch after another.
_INVOICE_WAITS = timedelta(minutes=5)

# Of a long queue its head is enough. A delivery that is to be tried later isn't due before.
_DELIVERIES = text("""
SELECT c.id, (SELECT min(x.next_attempt_at) FROM (SELECT e.next_attempt_at FROM inbox_events e
    WHERE e.connection_id = c.id AND e.state = 'pending' ORDER BY e.id LIMIT 1000) x) AS since
FROM connections c WHERE c.organization_id = :organization_id ORDER BY c.id
""")
_REST = text("""
SELECT (SELECT min(created_at) FROM connections WHERE organization_id = :organization_id) AS began,
    (SELECT max(scheduled_for) FROM job_slots) AS beat,
    (SELECT min(x.applied_at) FROM (SELECT o.applied_at FROM orders o
        WHERE o.organization_id = :organization_id AND o.invoice_state = 'due'
        ORDER BY o.business_date, o.id LIMIT 1000) x) AS invoice
""")


@dataclass(frozen=True, slots=True)
class Standstill:
    """Since when each kind of work has been overdue; None while it is in time.

    `fetching` since beat was last heard, or since there is something to fetch; `deliveries` by
    connection, only those that are overdue.
    """

    fetching: datetime | None
    deliveries: Mapping[int, datetime]
    invoices: datetime | None

    @property
    def delivery(self) -> datetime | None:
        """Since when the first delivery has been overdue."""
        return min(self.deliveries.values(), default=None)

    def __bool__(self) -> bool:
        return bool(self.fetching or self.deliveries or self.invoices)


def standstill(session: Session, organization_id: int, now: datetime) -> Standstill:
    """What is overdue; two queries."""
    ours = {"organization_id": organization_id}
    rest = session.execute(_REST, ours).one()
    return Standstill(
        fetching=_overdue(rest.began and (rest.beat or rest.began), now - BEAT_SILENT),
        deliveries={
            row.id: row.since
            for row in session.execute(_DELIVERIES, ours)
            if _overdue(row.since, now - _DELIVERY_WAITS)
        },
        invoices=_overdue(rest.invoice, now - _INVOICE_WAITS),
    )


def _overdue(since: datetime | None, latest: datetime) -> datetime | None:
    return since if since is not None and since < latest else None
