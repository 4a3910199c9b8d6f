"""Invoices orders that are owed one: one a sale, numbered without a gap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import DecimalException

from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import clock
from config.logging import logger
from models import Order
from models.invoice_write import Issue, issue
from models.order import DUE, PARKED
from models.order_read import due_orders, sale_records
from models.session import unit_of_work
from rules.invoicing import draft
from rules.money import rounded
from rules.records import OrderRecord
from tasks import app, ring, slots

log = logger(__name__)

# An order that was signalled this long ago and still owes is signalled again: its message was lost
# with the broker, or waits. Doing it twice does no harm, and all is to be done within a minute.
_SIGNAL_AGAIN = timedelta(seconds=25)
_DUE_AT_ONCE = 5000


class DraftError(ValueError):
    """The invoice drawn up for an order doesn't tie to it."""


@slots.scheduled("invoice.due")
def due() -> int:
    """Signal orders that owe an invoice and that nobody was told of lately."""
    ids = _take_due(clock.now())
    ring.invoices(ids)
    return len(ids)


@app.task(name="invoice.order")
def order(*, order_ids: list[int]) -> dict[str, int]:
    """Issue the invoices that these orders owe; an order done before is passed over."""
    try:
        issued = _issue(order_ids)
    except DBAPIError:
        # Something in the batch is refused: each on its own, so that it holds up no other.
        issued = [number for one in order_ids for number in _issue_alone(one)]
    return {"issued": len(issued)}


def _take_due(now: datetime) -> list[int]:
    """Orders that owe an invoice, in order; they aren't taken again for a while."""
    waiting = (
        select(Order.id)
        .where(
            Order.invoice_state == DUE,
            or_(
                Order.invoice_queued_at.is_(None),
                Order.invoice_queued_at < now - _SIGNAL_AGAIN,
            ),
        )
        .order_by(Order.id)
        .limit(_DUE_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with unit_of_work() as session:
        taken = session.scalars(
            update(Order)
            .where(Order.id.in_(waiting))
            .values(invoice_queued_at=now)
            .returning(Order.id)
            .execution_options(synchronize_session=False)
        )
        return sorted(taken)


def _issue(order_ids: Sequence[int]) -> list[str]:
    with unit_of_work() as session:
        orders = due_orders(session, order_ids)
        numbers = _number(session, orders)
    _tell(orders, numbers)
    return numbers


def _issue_alone(order_id: int) -> list[str]:
    """Issue one invoice; a refusal parks the order before anybody else can touch it."""
    with unit_of_work() as session:
        orders = due_orders(session, [order_id])
        if not orders:
            return []
        try:
            # The order is locked outside of it, so that it stays so when this is undone.
            with session.begin_nested():
                numbers = _number(session, orders)
        except OperationalError:
            # Of the moment: it is signalled again.
            raise
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            _park(session, order_id, f"The database refused it ({type(error.orig).__name__}).")
            return []
    _tell(orders, numbers)
    return numbers


def _number(session: Session, orders: Sequence[Order]) -> list[str]:
    """Issue invoices for locked orders; one that can't be drawn up is parked."""
    by_organization: dict[int, list[Issue]] = {}
    for one, record in zip(orders, sale_records(session, orders), strict=True):
        try:
            drawn = _draw(one, record)
        except (DraftError, DecimalException) as error:
            _park(session, one.id, str(error))
            continue
        by_organization.setdefault(one.organization_id, []).append(drawn)
    return [
        number
        for organization_id, issues in sorted(by_organization.items())
        for number in issue(session, organization_id, issues)
    ]


def _tell(orders: Sequence[Order], numbers: Sequence[str]) -> None:
    if numbers:
        log.info(
            "invoices issued",
            count=len(numbers),
            first=numbers[0],
            last=numbers[-1],
            correlation_ids=sorted({one.correlation_id for one in orders}),
        )


def _draw(one: Order, record: OrderRecord) -> Issue:
    drawn = draft(record, one.currency)
    theirs = (one.net, one.tax, one.gratuities, one.total)
    if (drawn.net, drawn.tax, drawn.gratuities, drawn.total) != theirs:
        raise DraftError(f"Its invoice would come to {drawn.total}, the order to {one.total}.")
    if any(rounded(amount, one.currency) != amount for amount in theirs):
        raise DraftError(f"It comes to {drawn.total}, finer than {one.currency} can be paid.")
    if drawn.total < 0:
        raise DraftError("It comes to less than nothing: that is a credit note, not an invoice.")
    if sum(tax.amount for tax in drawn.taxes) != drawn.tax:
        raise DraftError("Its taxes by rate don't add up to its tax.")
    return Issue(one, drawn)


def _park(session: Session, order_id: int, reason: str) -> None:
    """Set a locked order aside, with the reason."""
    log.warning("order can't be invoiced", order_id=order_id, reason=reason)
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(invoice_state=PARKED, invoice_reason=reason)
    )
