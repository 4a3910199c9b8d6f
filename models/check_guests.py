"""Whose each bill of an order is: what the newest copy that tells it says, whatever others omit.

Bills are replaced with their order, so what was known of them is taken along.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import facts
from models.connection import Connection
from models.storable import storable
from rules.records import OrderRecord

# The platform's ids of an order and of one of its bills.
Bill = tuple[str, str]
Told = dict[Bill, facts.Told]

_KNOWN = text("""
SELECT o.external_id, c.check_external_id, c.customer_external_id, c.customer_external_id_version
FROM order_checks c JOIN orders o ON o.id = c.order_id
WHERE c.order_id = ANY(:ids) AND c.customer_external_id IS NOT NULL
""")
_COMPLETE = """
UPDATE order_checks c
SET customer_external_id = told.customer, customer_external_id_version = told.version
FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS told (order_name, bill, customer, version)
    JOIN orders o ON o.connection_id = %s AND o.external_id = told.order_name
WHERE c.order_id = o.id AND c.check_external_id = told.bill
    AND (c.customer_external_id IS NULL OR c.customer_external_id_version < told.version)
"""


def known(session: Session, order_ids: Sequence[int]) -> Told:
    """What is known of the bills of orders, before these are forgotten."""
    return {
        (row.external_id, row.check_external_id): facts.Told(
            row.customer_external_id, row.customer_external_id_version
        )
        for row in session.execute(_KNOWN, {"ids": list(order_ids)})
    }


def complete(
    session: Session,
    connection: Connection,
    before: Told,
    copies: Iterable[OrderRecord],
    stand: Iterable[OrderRecord],
) -> None:
    """Add to the bills of `copies` what those that `stand` leave out and others tell.

    All of them are stored by now; `before` is what was known of those replaced.
    """
    told = dict(before)
    for order in copies:
        for bill, customer in _told(order):
            _learn(told, bill, customer, order.version)
    for order in stand:
        for bill, _ in _told(order):
            told.pop(bill, None)
    if told:
        rows = [(*bill, one.value, one.version) for bill, one in told.items()]
        lists = map(list, zip(*rows, strict=True))
        session.connection().exec_driver_sql(_COMPLETE, (*lists, connection.id))


def _learn(told: Told, bill: Bill, customer: str, version: datetime) -> None:
    before = told.get(bill)
    if before is None or version >= before.version:
        told[bill] = facts.Told(customer, version)


def _told(order: OrderRecord) -> Iterable[tuple[Bill, str]]:
    for check in order.checks:
        if check.customer is not None:
            bill = (storable(order.external_id), storable(check.external_id))
            yield bill, storable(check.customer.external_id)
