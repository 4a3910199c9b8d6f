"""Invoices orders that are owed one: one a sale, numbered without a gap.

Once workers were lost over a batch each of its orders is tried alone, and the one that costs
another is parked: see `models.invoice_trial`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import DecimalException
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault
from config.logging import logger
from models import Order, invoice_trial, order_standing
from models.invoice_write import Issue, issue
from models.order import PARKED
from models.order_read import due_orders, owing_orders, sale_records
from models.order_standing import Dates, present
from models.order_standing import past as of_the_past
from models.session import glance, unit_of_work
from rules.invoicing import draft
from rules.money import rounded
from rules.records import OrderRecord
from tasks import app, isolate, one_try, ring, slots, turn

log = logger(__name__)

# Enough that the cost of a transaction is spread thin.
BATCH = 200
# An order that owes for longer than this was signalled to nobody, or the signal got lost.
_OVERDUE = timedelta(seconds=2)
# One more than others': the last one parks what the two before it were lost over.
_LOSSES = isolate.LOST_AT_MOST + 1


class DraftError(ValueError):
    """The invoice drawn up for an order doesn't tie to it."""


class _SuspectError(Exception):
    """Some orders of a batch are to be tried alone."""

    def __init__(self, order_ids: Sequence[int]) -> None:
        super().__init__()
        self.order_ids = order_ids


@slots.scheduled("invoice.due")
def due() -> int:
    """Signal connections whose orders owe an invoice that nobody drew up."""
    now = clock.now()
    with unit_of_work() as session:
        late = order_standing.overdue_connections(session, now, _OVERDUE, present(now))
        later = order_standing.overdue_connections(session, now, _OVERDUE, of_the_past(now))
    for connection_id, _ in late:
        ring.overdue("invoice.orders", connection_id=connection_id)
    for connection_id, platform in later:
        ring.overdue("invoice.past", connection_id=connection_id, platform=platform)
    return len(late) + len(later)


@app.task(name="invoice.orders", losses=_LOSSES, tries=True)
def orders(*, connection_id: int) -> dict[str, int]:
    """Issue the invoices that a connection's sales of these days owe."""
    return _take_turn("invoice.orders", present, connection_id=connection_id)


@app.task(name="invoice.past", losses=_LOSSES, tries=True)
def past(*, connection_id: int, platform: str) -> dict[str, int]:
    """Issue those that its earlier sales owe: history's, in the lane of history."""
    return _take_turn("invoice.past", of_the_past, connection_id=connection_id, platform=platform)


def _take_turn(
    name: str, of: Callable[[datetime], Dates], *, connection_id: int, **given: str
) -> dict[str, int]:
    issued: list[str] = []

    def owing(session: Session, *, unsuspected: bool = False) -> list[Order]:
        return owing_orders(session, connection_id, BATCH, of(clock.now()), unsuspected=unsuspected)

    def others() -> tuple[int, list[str]]:
        return _issue(lambda session: owing(session, unsuspected=True))

    def batch() -> int:
        try:
            looked_at, numbers = _issue(lambda session: _heeding(owing(session)))
        except _SuspectError as found:
            looked_at, numbers = _isolated(connection_id, found.order_ids) or others()
            if not looked_at:
                raise turn.TakenError from None
        issued.extend(numbers)
        return looked_at

    def suspect() -> None:
        with unit_of_work() as session:
            invoice_trial.suspect(session, owing(session))

    def waits() -> bool:
        with glance() as db:
            return order_standing.any_due(db, connection_id, of(clock.now()))

    turn.take(name, batch, waits, BATCH, suspect, connection_id=connection_id, **given)
    return {"issued": len(issued)}


def these(order_ids: Sequence[int]) -> int:
    """Issue the invoices that these orders owe, for a command; one done before is passed over."""
    return len(_issue(lambda session: due_orders(session, order_ids))[1])


def _issue(claim: Callable[[Session], list[Order]]) -> tuple[int, list[str]]:
    """Issue what is claimed; returns how many orders that were, and the numbers."""
    ids: list[int] = []
    try:
        with unit_of_work() as session:
            claimed = claim(session)
            ids = [one.id for one in claimed]
            numbers = _number(session, claimed) if claimed else []
    except Exception as error:
        if not ids or _reason(error) is None:
            raise
        # Something in the batch is refused: each on its own, so that it holds up no other.
        return len(ids), [number for one in ids for number in _issue_alone(one)]
    _tell(claimed, numbers)
    return len(ids), numbers


def _heeding(claimed: list[Order]) -> list[Order]:
    """Claimed orders, none of which is to be tried alone. Raises: _SuspectError."""
    if suspects := invoice_trial.suspects(claimed):
        raise _SuspectError(suspects)
    return claimed


def _isolated(connection_id: int, ids: Sequence[int]) -> tuple[int, list[str]] | None:
    """Issue these, each alone, for as long as a turn is; returns how many were tried.

    None when somebody else is at it.
    """
    tried, numbers, ends = 0, list[str](), clock.monotonic() + turn.TURN_S
    with unit_of_work() as session:
        if not invoice_trial.alone(session, connection_id):
            return None
        for one in ids:
            numbers += _try(one)
            tried += 1
            if clock.monotonic() > ends:
                break
    return tried, numbers


def _try(order_id: int) -> list[str]:
    named, end = f"order {order_id}", partial(invoice_trial.end, order_id=order_id)
    with one_try.ending(named, end):
        with unit_of_work() as session:
            one_try.forgiven(session, named, end)
            begun = invoice_trial.begin(session, order_id)
        numbers = _issue_alone(order_id) if begun else []
    if begun is False:
        log.error("order costs workers", order_id=order_id)
    if begun and not numbers:
        one_try.over(named, end)
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
        except Exception as error:
            if (reason := _reason(error)) is None:
                raise
            _park(session, order_id, reason)
            return []
    _tell(orders, numbers)
    return numbers


def _number(session: Session, orders: Sequence[Order]) -> list[str]:
    """Issue invoices for locked orders; one that can't be drawn up is parked."""
    by_organization: dict[int, list[Issue]] = {}
    for one, record in zip(orders, sale_records(session, orders), strict=True):
        try:
            drawn = _draw(one, record)
        except Exception as error:
            if (reason := _reason(error)) is None:
                raise
            _park(session, one.id, reason)
            continue
        by_organization.setdefault(one.organization_id, []).append(drawn)
    return [
        number
        for organization_id, issues in sorted(by_organization.items())
        for number in issue(session, organization_id, issues)
    ]


def _reason(error: Exception) -> str | None:
    """Why an order is to be set aside; None for what passes by itself, or is the worker's."""
    if isinstance(error, DraftError | DecimalException):
        return str(error)
    # The driver's, or what came up while SQLAlchemy spoke to it.
    cause = getattr(error, "orig", None) or error
    passing = Fault | SoftTimeLimitExceeded | MemoryError
    if isinstance(cause, passing) or isinstance(error, OperationalError):
        return None
    kind = type(cause).__name__
    if isinstance(error, DBAPIError):
        return None if error.connection_invalidated else f"The database refused it ({kind})."
    log.error("an invoice could not be drawn up", exc_info=error)
    return f"Drawing it up failed ({kind}). Report it: once mended, it can be tried again."


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
