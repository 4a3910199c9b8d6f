"""The floor: a batch drain written by hand, the least that stores what an invoice needs.

It checks nothing, knows one platform and one kind of event, and keeps no reasons.
"""

import os
import sys
import time
from typing import Any

import msgspec
import psycopg2
from psycopg2.extras import execute_values

BATCH = 200
TABLES = """
CREATE TABLE floor_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, guid text UNIQUE,
    body bytea, state text DEFAULT 'pending');
CREATE INDEX ON floor_events (id) WHERE state = 'pending';
CREATE TABLE floor_orders (guid text PRIMARY KEY, version text, business_date int, opened text,
    closed text, voided bool, vendor bytea);
CREATE TABLE floor_lines (order_guid text, guid text, name text, quantity numeric, price numeric,
    tax numeric, rate numeric);
CREATE TABLE floor_payments (order_guid text, guid text, kind text, amount numeric, tip numeric);
CREATE INDEX ON floor_lines (order_guid);
CREATE INDEX ON floor_payments (order_guid);
"""

Number = Any


class _Tax(msgspec.Struct):
    rate: Number = None


class _Selection(msgspec.Struct):
    guid: str
    displayName: str | None = None
    quantity: Number = 1
    price: Number = 0
    tax: Number = 0
    appliedTaxes: list[_Tax] = []


class _Payment(msgspec.Struct):
    guid: str
    type: str
    amount: Number
    tipAmount: Number = 0


class _Check(msgspec.Struct):
    selections: list[_Selection] = []
    payments: list[_Payment] = []


class _Order(msgspec.Struct):
    guid: str
    modifiedDate: str
    businessDate: int
    openedDate: str | None = None
    closedDate: str | None = None
    voided: bool = False
    checks: list[_Check] = []


class _Details(msgspec.Struct):
    order: _Order


class _Event(msgspec.Struct):
    details: _Details


_decode = msgspec.json.Decoder(_Event).decode


def main() -> None:
    """Drain until killed."""
    connection = psycopg2.connect(os.environ["BENCH_DSN"])
    sys.stdout.write("ready.\n")
    while True:
        with connection, connection.cursor() as cursor:
            handled = _drain(cursor)
        if not handled:
            time.sleep(0.005)


def _drain(cursor: Any) -> int:
    cursor.execute(
        "SELECT id, body FROM floor_events WHERE state = 'pending' ORDER BY id "
        "LIMIT %s FOR UPDATE SKIP LOCKED",
        (BATCH,),
    )
    claimed = [(number, bytes(body)) for number, body in cursor.fetchall()]
    if not claimed:
        return 0
    newest: dict[str, tuple[_Order, bytes]] = {}
    for _, body in claimed:
        order = _decode(body).details.order
        if order.guid not in newest or newest[order.guid][0].modifiedDate <= order.modifiedDate:
            newest[order.guid] = order, body
    _store(cursor, newest)
    ids = [number for number, _ in claimed]
    cursor.execute("UPDATE floor_events SET state = 'done' WHERE id = ANY(%s)", (ids,))
    return len(claimed)


def _store(cursor: Any, newest: dict[str, tuple[_Order, bytes]]) -> None:
    rows = [
        (o.guid, o.modifiedDate, o.businessDate, o.openedDate, o.closedDate, o.voided, body)
        for o, body in newest.values()
    ]
    won = execute_values(
        cursor,
        "INSERT INTO floor_orders VALUES %s ON CONFLICT (guid) DO UPDATE SET "
        "version = excluded.version, business_date = excluded.business_date, "
        "opened = excluded.opened, closed = excluded.closed, voided = excluded.voided, "
        "vendor = excluded.vendor WHERE floor_orders.version <= excluded.version RETURNING guid",
        rows,
        page_size=BATCH,
        fetch=True,
    )
    orders = [newest[guid][0] for (guid,) in won]
    for table in ("floor_lines", "floor_payments"):
        cursor.execute(f"DELETE FROM {table} WHERE order_guid = ANY(%s)", ([*newest],))
    lines = [
        (o.guid, x.guid, x.displayName, x.quantity, x.price, x.tax, _rate(x))
        for o in orders
        for check in o.checks
        for x in check.selections
    ]
    payments = [
        (o.guid, x.guid, x.type, x.amount, x.tipAmount)
        for o in orders
        for check in o.checks
        for x in check.payments
    ]
    execute_values(cursor, "INSERT INTO floor_lines VALUES %s", lines, page_size=1000)
    if payments:
        execute_values(cursor, "INSERT INTO floor_payments VALUES %s", payments, page_size=1000)


def _rate(selection: _Selection) -> Number:
    return selection.appliedTaxes[0].rate if selection.appliedTaxes else None


if __name__ == "__main__":
    main()
