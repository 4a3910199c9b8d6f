"""The one write path of orders: webhook, delta and history all end here.

Newer versions win, equal ones replace, older ones are ignored; a copy never erases the customer and
the reference that it leaves out: those of the newest copy that tells them stand. So neither the
order of arrival matters, nor which copies come in one batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import bulk, check_guests, day_notes, facts
from models.connection import Connection
from models.customer_write import write_customers
from models.location import Location
from models.order import DUE, Order
from models.order_part import PARTS
from models.order_part_rows import COLUMNS as PART_COLUMNS
from models.order_part_rows import Placed, rows_of
from models.order_row import COLUMNS, FACTS, STATE_AT, TAKEN, Arrival, Newest, newest_of, row_of
from models.storable import storable
from rules.records import OrderRecord


@dataclass
class Written:
    """What a batch came to: orders stored, older or identical copies left alone, invoices owed.

    `due` has the business date of each order that owes an invoice, by id.
    """

    stored: int = 0
    ignored: int = 0
    due: dict[int, date] = field(default_factory=dict)


class MetAnotherError(Exception):
    """Another transaction stored one of the orders while these were being stored."""


def write_orders(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Iterable[Arrival],
    *,
    straight: bool = True,
) -> Written:
    """Merge arrivals into the books and replace the parts of those that won.

    Where none of them is there yet they are stored `straight` away, without a merge.

    Effects: rows in customers, orders and their parts. The caller owns the transaction.
    Raises: MetAnotherError when another batch stored one of them meanwhile; what this did is to be
        undone then, and they are to be merged.
    """
    copies = list(arrivals)
    if not copies:
        return Written()
    customers = write_customers(session, connection, locations, [copy.order for copy in copies])
    newest = newest_of(copies)
    batch = _Batch(
        [row_of(connection, locations, customers, each) for each in newest],
        [each.arrival.vendor for each in newest],
    )
    bills: check_guests.Told = {}
    won = _append(session, connection, locations, newest, batch) if straight else None
    if won is None:
        _stage(session, batch)
        before = day_notes.booked(session)
        won = [_Won(*row) for row in session.execute(text(_MERGE))]
        if len(won) < len(newest):
            session.execute(text(_TELL_LATE))
        if updated := [row.id for row in won if not row.inserted]:
            if not before.keys() >= set(updated):
                # Where the other batch had booked it nobody here has seen.
                raise MetAnotherError
            day_notes.note_before(session, connection.organization_id, before, updated)
            bills = check_guests.known(session, updated)
            session.execute(_FORGET_PARTS, {"ids": updated})
        bulk.append(session, _parts(connection, locations, newest, won))
    standing = _standing(newest, won)
    check_guests.complete(session, connection, bills, (x.order for x in copies), standing)
    _mark_changed_after_issue(session, [row.id for row in won if row.invoiced])
    return Written(
        stored=len(won),
        ignored=len(copies) - len(won),
        due=_due(newest, won),
    )


def _standing(newest: Sequence[Newest], won: Sequence["_Won"]) -> list[OrderRecord]:
    names = {row.external_id for row in won}
    orders = (each.arrival.order for each in newest)
    return [order for order in orders if order.external_id in names]


def _due(newest: Sequence[Newest], won: Sequence["_Won"]) -> dict[int, date]:
    dates = {each.arrival.order.external_id: each.arrival.order.business_date for each in newest}
    # One whose name can't be stored as it is has no hurry.
    return {row.id: dates.get(row.external_id, date.min) for row in won if row.invoice_state == DUE}


# The SQLSTATE of a row that is there already.
_UNIQUE = "23505"

_MERGE = f"""
INSERT INTO orders ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM staged_orders ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET
    {", ".join(f"{c} = excluded.{c}" for c in (*TAKEN, "vendor"))},
    {facts.learning("orders", "excluded", FACTS)},
    invoice_state = CASE WHEN orders.invoice_state IN ('issued', 'changed after issue')
                         THEN orders.invoice_state ELSE excluded.invoice_state END,
    invoice_reason = CASE WHEN orders.invoice_state IN ('issued', 'changed after issue')
                          THEN orders.invoice_reason ELSE excluded.invoice_reason END,
    applied_at = clock_timestamp()
WHERE orders.version < excluded.version
   OR (orders.version = excluded.version AND (orders.partial OR NOT excluded.partial)
       AND (orders.fingerprint, orders.partial) <> (excluded.fingerprint, excluded.partial))
RETURNING id, external_id, xmax = 0 AS inserted, invoice_state,
          invoice_state IN ('issued', 'changed after issue') AS invoiced
"""

# A copy that lost may still tell what no newer one does.
_TELL_LATE = f"""
UPDATE orders SET {facts.learning("orders", "late", FACTS)}
FROM staged_orders AS late
WHERE orders.connection_id = late.connection_id AND orders.external_id = late.external_id
  AND ({" OR ".join(facts.learns("orders", "late", fact) for fact in FACTS)})
"""


# Identities for as many new orders, or none when any of them is in the books already.
_NEW_IDS = """
SELECT nextval(pg_get_serial_sequence('orders', 'id')) FROM generate_series(1, %(count)s)
WHERE NOT EXISTS (
    SELECT FROM orders WHERE connection_id = %(connection_id)s AND external_id = ANY(%(names)s)
)
"""


@dataclass(slots=True)
class _Batch:
    """Rows of orders with their vendor's JSON apart, values as `COLUMNS`."""

    rows: list[tuple[Any, ...]]
    vendors: list[bytes]


@dataclass(frozen=True, slots=True)
class _Won:
    """What became of an order whose copy stands."""

    id: int
    external_id: str
    inserted: bool
    invoice_state: str
    invoiced: bool


def _append(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    newest: Sequence[Newest],
    batch: _Batch,
) -> list[_Won] | None:
    """Store orders that are all new straight away; None when one of them isn't.

    All or nothing, so that two batches lock the same orders in the same order.
    """
    names = [each.arrival.order.external_id for each in newest]
    asked = {
        "count": len(names),
        "connection_id": connection.id,
        "names": [storable(name) for name in names],
    }
    ids = session.connection().exec_driver_sql(_NEW_IDS, asked).scalars().all()
    if not ids:
        return None
    rows = [(each_id, *row) for each_id, row in zip(ids, batch.rows, strict=True)]
    won = [
        _Won(each_id, name, inserted=True, invoice_state=row[STATE_AT], invoiced=False)
        for each_id, name, row in zip(ids, names, batch.rows, strict=True)
    ]
    heads = bulk.Rows("orders", ("id", *COLUMNS), rows, batch.vendors)
    try:
        bulk.append(session, (heads, *_parts(connection, locations, newest, won)))
    except IntegrityError as error:
        if getattr(error.orig, "pgcode", None) != _UNIQUE:
            raise
        raise MetAnotherError from error
    return won


def _stage(session: Session, batch: _Batch) -> None:
    bulk.stage(session, Order.__table__, COLUMNS, batch.rows, batch.vendors)  # type: ignore[arg-type]


_FORGET_PARTS = text(
    "; ".join(f"DELETE FROM {part.__tablename__} WHERE order_id = ANY(:ids)" for part in PARTS)
)


def _parts(
    connection: Connection,
    locations: dict[str, Location],
    newest: Sequence[Newest],
    won: Sequence[_Won],
) -> Iterator[bulk.Rows]:
    """The parts of those orders whose copy stands, table by table."""
    ids = {row.external_id: row.id for row in won}
    stand = []
    for order in (each.arrival.order for each in newest):
        if (order_id := ids.get(order.external_id)) is not None:
            place = locations[order.location_id]
            placed = Placed(connection.organization_id, order_id, place.id, place.currency)
            stand.append((placed, order))
    for table, columns in PART_COLUMNS.items():
        rows = [row for placed, order in stand for row in rows_of(table, placed, order)]
        yield bulk.Rows(table, columns, rows)
    orders = [order for _, order in stand]
    yield day_notes.notes_of(connection.organization_id, locations, orders)


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
