"""Orders that are invoiced alone since a worker was lost over a batch: tried once, then parked.

Both stand on the order, before the try does: that it is to be tried alone, for whoever claims it
in a batch, and that its try began. Whoever finds the latter, while nobody else tries, knows that
its worker died over it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.one_by_one import alone as only_one
from models.order import DUE, PARKED, Order

_SUSPECT = "A worker was lost over a batch of invoices with this one: it is to be drawn up alone."
_TRIED = "A worker was lost over a batch of invoices with this one: it is drawn up alone."
_COSTLY = (
    "Two workers were lost while they drew up its invoice. It may need more memory than they have: "
    "give them more, then try it again."
)


def alone(session: Session, connection_id: int) -> bool:
    """Whether nobody else tries this connection's orders until this transaction ends."""
    return only_one(session, f"invoices {connection_id}")


def suspect(session: Session, orders: Iterable[Order]) -> None:
    """Have claimed orders be tried alone, whoever claims them from now on."""
    ids = [one.id for one in orders if not suspects([one])]
    session.execute(
        update(Order)
        .where(Order.id.in_(ids))
        .values(invoice_reason=_SUSPECT)
        .execution_options(synchronize_session=False)
    )


def suspects(orders: Iterable[Order]) -> Sequence[int]:
    """Those of claimed orders that are to be tried alone."""
    return [one.id for one in orders if one.invoice_reason in (_SUSPECT, _TRIED)]


def begin(session: Session, order_id: int) -> bool | None:
    """Note that a try begins. Only inside `alone`.

    False when it cost a worker before: it is parked. None when it owes nothing or is held.
    """
    query = select(Order.invoice_reason).where(Order.id == order_id, Order.invoice_state == DUE)
    owing = session.execute(query.with_for_update(skip_locked=True)).first()
    if owing is None:
        return None
    fresh: bool = owing.invoice_reason != _TRIED
    parked = {"invoice_state": PARKED, "invoice_reason": _COSTLY}
    changed = {"invoice_reason": _TRIED} if fresh else parked
    session.execute(update(Order).where(Order.id == order_id).values(changed))
    return fresh


def end(session: Session, order_id: int) -> None:
    """A try ended without an invoice, and without costing a worker; another is made alone, too."""
    session.execute(
        update(Order)
        .where(Order.id == order_id, Order.invoice_state == DUE, Order.invoice_reason == _TRIED)
        .values(invoice_reason=_SUSPECT)
    )
