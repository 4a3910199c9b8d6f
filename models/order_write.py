"""The one write path of orders: webhook, delta and history all end here.

Newer versions win, equal ones replace, older ones are ignored; a copy never erases the customer and
the reference that it leaves out: those of the newest copy that tells them stand. So neither the
order of arrival matters, nor which copies come in one batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models import bulk, facts
from models.connection import Connection
from models.customer_write import write_customers
from models.location import Location
from models.order import DUE, Order
from models.order_part import PARTS
from models.order_part_rows import COLUMNS as PART_COLUMNS
from models.order_part_rows import rows_of
from rules.invoicing import standing
from rules.order_totals import totals
from rules.records import OrderRecord


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order on its way into the books, with the JSON it was read from."""

    order: OrderRecord
    vendor: bytes
    correlation_id: str

    @property
    def fingerprint(self) -> str:
        """Tells two copies of one version apart."""
        return blake2b(self.vendor, digest_size=16).hexdigest()


@dataclass
class Written:
    """What a batch came to: orders stored, older or identical copies left alone, invoices owed."""

    stored: int = 0
    ignored: int = 0
    due: list[int] = field(default_factory=list)


def write_orders(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Iterable[Arrival],
) -> Written:
    """Merge arrivals into the books and replace the parts of those that won.

    Effects: rows in customers, orders and their parts. The caller owns the transaction.
    """
    copies = list(arrivals)
    if not copies:
        return Written()
    customers = write_customers(session, connection, [copy.order for copy in copies])
    newest = _newest(copies)
    won = _merge(session, connection, locations, customers, newest)
    if len(won) < len(newest):
        session.execute(text(_TELL_LATE))
    ids = {row.external_id: row.id for row in won}
    winners = [each.arrival for each in newest]
    _replace_parts(session, connection, winners, ids, [r.id for r in won if not r.inserted])
    _mark_changed_after_issue(session, [row.id for row in won if row.invoiced])
    return Written(
        stored=len(won),
        ignored=len(copies) - len(won),
        due=[row.id for row in won if row.invoice_state == DUE],
    )


@dataclass(slots=True)
class _Newest:
    """The copy of an order that stands in a batch, and what any of its copies tells of `_FACTS`."""

    arrival: Arrival
    known: facts.Known = field(default_factory=dict)


def _newest(arrivals: Iterable[Arrival]) -> list[_Newest]:
    """One copy an order, in a fixed order so that two batches never deadlock."""
    best: dict[str, _Newest] = {}
    for arrival in arrivals:
        order = arrival.order
        found = best.setdefault(order.external_id, _Newest(arrival))
        if _rank(order) >= _rank(found.arrival.order):
            found.arrival = arrival
        # Of the customer, the platform's id: ours is known once all are stored.
        customer = order.customer.external_id if order.customer else None
        said = {"customer_id": customer, "external_reference": order.external_reference}
        facts.learn(found.known, order.version, said)
    return [best[key] for key in sorted(best)]


def _rank(order: OrderRecord) -> tuple[datetime, bool]:
    return order.version, not order.partial


# What a copy may leave out without erasing it.
_FACTS = ("customer_id", "external_reference")
# Columns that a newer copy simply takes over.
_TAKEN = (
    *("location_id", "version", "fingerprint", "partial", "display_number", "source"),
    *("approval", "state", "voided", "deleted", "not_sale_reason", "guests", "business_date"),
    *("opened_at", "paid_at", "closed_at", "promised_at", "currency", "net", "discounts"),
    *("charges", "gratuities", "tax", "total", "tips", "paid", "refunded", "vendor"),
    "correlation_id",
)
_COLUMNS = (
    *("organization_id", "connection_id", "external_id"),
    *("invoice_state", "invoice_reason"),
    *_TAKEN,
    *facts.columns(_FACTS),
)

_MERGE = f"""
INSERT INTO orders ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM staged_orders ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    {", ".join(f"{c} = excluded.{c}" for c in _TAKEN)},
    {facts.learning("orders", "excluded", _FACTS)},
    invoice_state = CASE WHEN orders.invoice_state IN ('issued', 'changed after issue')
                         THEN orders.invoice_state ELSE excluded.invoice_state END,
    invoice_reason = CASE WHEN orders.invoice_state IN ('issued', 'changed after issue')
                          THEN orders.invoice_reason ELSE excluded.invoice_reason END,
    invoice_queued_at = NULL,
    applied_at = clock_timestamp()
WHERE orders.version < excluded.version
   OR (orders.version = excluded.version AND (orders.partial OR NOT excluded.partial)
       AND (orders.fingerprint, orders.partial) <> (excluded.fingerprint, excluded.partial))
RETURNING id, external_id, xmax = 0 AS inserted, invoice_state,
          invoice_state IN ('issued', 'changed after issue') AS invoiced
"""

# A copy that lost may still tell what no newer one does.
_TELL_LATE = f"""
UPDATE orders SET {facts.learning("orders", "late", _FACTS)}
FROM staged_orders AS late
WHERE orders.connection_id = late.connection_id AND orders.external_id = late.external_id
  AND ({" OR ".join(facts.learns("orders", "late", fact) for fact in _FACTS)})
"""


def _merge(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    customers: dict[str, int],
    newest: Sequence[_Newest],
) -> Sequence[Row[Any]]:
    rows = [_row(connection, locations, customers, each) for each in newest]
    bulk.stage(session, Order.__table__, _COLUMNS, rows)  # type: ignore[arg-type]
    return session.execute(text(_MERGE)).all()


def _row(
    connection: Connection,
    locations: dict[str, Location],
    customers: dict[str, int],
    newest: _Newest,
) -> tuple[Any, ...]:
    arrival, order = newest.arrival, newest.arrival.order
    location = locations[order.location_id]
    sums = totals(order, location.currency)
    state, reason = standing(order, sums)
    return (
        *(connection.organization_id, connection.id, order.external_id),
        *(state, reason),
        *(location.id, order.version, arrival.fingerprint, order.partial, order.display_number),
        *(order.source, order.approval, order.state, order.voided, order.deleted),
        *(order.not_sale_reason, order.guests, order.business_date),
        *(order.opened_at, order.paid_at, order.closed_at, order.promised_at, location.currency),
        *(sums.net, sums.discounts, sums.charges, sums.gratuities, sums.tax, sums.total),
        *(sums.tips, sums.paid, sums.refunded),
        *(arrival.vendor.decode(errors="replace"), arrival.correlation_id),
        *facts.values(_with_our_customer(newest.known, customers), _FACTS),
    )


def _with_our_customer(known: facts.Known, customers: dict[str, int]) -> facts.Known:
    theirs = known.get("customer_id")
    ours = customers.get(theirs.value) if theirs else None
    if theirs is None or ours is None:
        return {fact: told for fact, told in known.items() if fact != "customer_id"}
    return {**known, "customer_id": replace(theirs, value=ours)}


def _replace_parts(
    session: Session,
    connection: Connection,
    arrivals: Sequence[Arrival],
    ids: dict[str, int],
    updated: Sequence[int],
) -> None:
    won = [(ids[a.order.external_id], a.order) for a in arrivals if a.order.external_id in ids]
    for part in PARTS:
        table = part.__tablename__
        if updated:
            session.execute(
                text(f"DELETE FROM {table} WHERE order_id = ANY(:ids)"),
                {"ids": list(updated)},
            )
        rows = [
            (connection.organization_id, order_id, *row)
            for order_id, order in won
            for row in rows_of(table, order)
        ]
        bulk.copy(session, table, ("organization_id", "order_id", *PART_COLUMNS[table]), rows)


def _mark_changed_after_issue(session: Session, ids: Sequence[int]) -> None:
    """An issued invoice stays as it is; the order says when it no longer matches."""
    if not ids:
        return
    session.execute(
        text("""
            UPDATE orders SET
                invoice_state = CASE WHEN same THEN 'issued' ELSE 'changed after issue' END,
                invoice_reason = CASE WHEN same THEN NULL ELSE
                    'Changed at the till after its invoice was issued: it needs a credit note.' END
            FROM (
                SELECT o.id, NOT o.voided AND NOT o.deleted AND o.not_sale_reason IS NULL
                    AND (o.net, o.tax, o.gratuities, o.total)
                      = (i.net, i.tax, i.gratuities, i.total) AS same
                FROM orders o JOIN invoices i ON i.order_id = o.id
                WHERE o.id = ANY(:ids)
            ) AS compared
            WHERE compared.id = orders.id
        """),
        {"ids": list(ids)},
    )
