"""What of a merchant's work is overdue: nobody takes it up, or a backlog is being worked off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.vital_signs import is_silent

# Sweeps look every few seconds; what is due for so long was seen by nobody.
_DELIVERY_WAITS = timedelta(minutes=1)
# An import brings many sales at once, which are invoiced one batch after another.
_INVOICE_WAITS = timedelta(minutes=5)
# Work of that kind which somebody did so lately is going on: it is behind, not stopped.
_LATELY = timedelta(minutes=1)

# Of a long queue its head is enough. A delivery that is to be tried later isn't due before. They
# are handled in the order of their ids, so those handled last stand right before the first overdue.
# Ranges of one connection are for the planner: see `paging.end_of`.
_DELIVERIES = text("""
SELECT c.id, w.since, (SELECT max(h.handled_at) FROM (SELECT e.id FROM inbox_events e
    WHERE e.connection_id >= c.id AND (e.connection_id, e.id) < (c.id, w.head)
    ORDER BY e.connection_id DESC, e.id DESC LIMIT 1000) x
        JOIN inbox_events h ON h.id = x.id) AS handled
FROM connections c CROSS JOIN LATERAL (
    SELECT min(x.next_attempt_at) AS since, min(x.id) FILTER (WHERE x.next_attempt_at < :latest)
        AS head
    FROM (SELECT e.id, e.next_attempt_at FROM inbox_events e
        WHERE e.connection_id BETWEEN c.id AND c.id AND e.state = 'pending'
        ORDER BY e.connection_id, e.id LIMIT 1000) x
) w WHERE c.organization_id = :organization_id ORDER BY c.id
""")
_REST = text("""
WITH ours AS (SELECT id, created_at FROM connections WHERE organization_id = :organization_id)
SELECT (SELECT min(created_at) FROM ours) AS began,
    (SELECT max(scheduled_for) FROM job_slots) AS beat,
    (SELECT min(x.applied_at) FROM ours CROSS JOIN LATERAL (SELECT o.applied_at FROM orders o
        WHERE o.connection_id = ours.id AND o.invoice_state = 'due'
        ORDER BY o.business_date, o.id LIMIT 1000) x) AS invoice,
    (SELECT max(x.issued_at) FROM ours CROSS JOIN LATERAL (SELECT i.issued_at FROM invoices i
        WHERE i.connection_id BETWEEN ours.id AND ours.id
        ORDER BY i.connection_id DESC, i.id DESC LIMIT 1) x) AS issued,
    (SELECT count(*) FROM dead_messages WHERE state = 'waiting'
        AND (SELECT operates FROM organizations WHERE id = :organization_id)) AS dead
""")


@dataclass(frozen=True, slots=True)
class Standstill:
    """Since when each kind of work has been overdue; None while it is in time.

    `fetching` since beat was last heard, or since there is something to fetch; it lies ahead when
    the clock was set back since. `deliveries` by connection, only those that are overdue.
    `handled`: some of each of these were lately; `issued`: an invoice was. `dead`: messages that
    no worker could work on, told only to those who operate the installation.
    """

    fetching: datetime | None
    deliveries: Mapping[int, datetime]
    invoices: datetime | None
    handled: bool = False
    issued: bool = False
    dead: int = 0

    @property
    def delivery(self) -> datetime | None:
        """Since when the first delivery has been overdue."""
        return min(self.deliveries.values(), default=None)

    @property
    def stopped(self) -> bool:
        """Whether nobody works off what is overdue, of any kind."""
        idle = self.deliveries and not self.handled
        return bool(self.fetching or idle or (self.invoices and not self.issued))

    def __bool__(self) -> bool:
        return bool(self.fetching or self.deliveries or self.invoices)


def standstill(session: Session, organization_id: int, now: datetime) -> Standstill:
    """What is overdue; two queries."""
    ours = {"organization_id": organization_id}
    latest = now - _DELIVERY_WAITS
    rest = session.execute(_REST, ours).one()
    rows = session.execute(_DELIVERIES, {**ours, "latest": latest}).all()
    heard = rest.began and (rest.beat or rest.began)
    overdue = [row for row in rows if _overdue(row.since, latest)]
    return Standstill(
        fetching=heard if heard and is_silent(heard, now) else None,
        deliveries={row.id: row.since for row in overdue},
        invoices=_overdue(rest.invoice, now - _INVOICE_WAITS),
        handled=all(_lately(row.handled, now) for row in overdue),
        issued=_lately(rest.issued, now),
        dead=rest.dead,
    )


def _overdue(since: datetime | None, latest: datetime) -> datetime | None:
    return since if since is not None and since < latest else None


def _lately(done: datetime | None, now: datetime) -> bool:
    return done is not None and done >= now - _LATELY
