"""The guests of an order's checks: a copy that leaves them out doesn't erase them.

Checks are replaced together with their order, so what is known of their guests is carried over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.order_part import OrderCheck
from rules.records import CheckRecord, CustomerRecord, OrderRecord

Guests = Mapping[str, CustomerRecord]
"""By the platform's id of the check."""


def told_by(order: OrderRecord) -> dict[str, CustomerRecord]:
    """Those that a copy names."""
    return {x.external_id: x.customer for x in order.checks if x.customer is not None}


def in_books(session: Session, order_ids: Sequence[int]) -> dict[int, dict[str, CustomerRecord]]:
    """Those that are stored, by our id of the order; of each its id alone."""
    found: dict[int, dict[str, CustomerRecord]] = {}
    if not order_ids:
        return found
    guest = OrderCheck.customer_external_id
    query = select(OrderCheck.order_id, OrderCheck.check_external_id, guest)
    wanted = OrderCheck.order_id.in_(order_ids), guest.is_not(None)
    for order_id, check_id, guest_id in session.execute(query.where(*wanted)):
        found.setdefault(order_id, {})[check_id] = CustomerRecord(str(guest_id))
    return found


def completed(order: OrderRecord, guests: Guests) -> OrderRecord:
    """A partial copy with the guests that it leaves out."""
    if not guests or not order.partial:
        return order
    return replace(order, checks=[_completed(check, guests) for check in order.checks])


def _completed(check: CheckRecord, guests: Guests) -> CheckRecord:
    if check.customer is not None or check.external_id not in guests:
        return check
    return replace(check, customer=guests[check.external_id])
