"""What became of a sale, step by step: delivered, applied, invoiced."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from models.inbox_event import DONE
from models.order_detail import OrderDetail

# The database stamps both instants of a first copy, one right after the other.
_AT_ONCE = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Step:
    """One thing that happened; `link` leads to its record, `after_s` is the time since the last."""

    at: datetime
    title: str
    note: str = ""
    link: str = ""
    after_s: float | None = None


def of_order(detail: OrderDetail) -> list[Step]:
    """The steps of an order, oldest first."""
    return _spaced(sorted(_of_order(detail), key=lambda step: step.at))


def of_invoice(invoice: Mapping[Any, Any]) -> list[Step]:
    """The steps that led to an invoice, oldest first."""
    steps = [
        Step(invoice["first_seen_at"], "Order first seen", link=f"/orders/{invoice['order_id']}"),
        Step(invoice["issued_at"], "Invoice issued", invoice["number"]),
    ]
    if invoice["paid_at"]:
        steps.append(Step(invoice["paid_at"], "Paid at the till"))
    if invoice["applied_at"] > invoice["issued_at"]:
        steps.append(Step(invoice["applied_at"], "Order changed after it was invoiced"))
    return _spaced(sorted(steps, key=lambda step: step.at))


def _of_order(detail: OrderDetail) -> Iterator[Step]:
    order = detail.order
    if order["opened_at"]:
        yield Step(order["opened_at"], "Opened at the till")
    if order["paid_at"]:
        yield Step(order["paid_at"], "Paid at the till")
    for event in detail.events:
        note = event["event_type"] if event["state"] == DONE else event["state"]
        yield Step(event["received_at"], "Delivered", note, f"/events/{event['id']}")
        if event["replayed_at"]:
            yield Step(event["replayed_at"], "Replayed", link=f"/events/{event['id']}")
    if order["applied_at"] - order["first_seen_at"] > _AT_ONCE:
        yield Step(order["first_seen_at"], "First applied")
    yield Step(order["applied_at"], "Applied", "the newest version")
    number = order["invoice_number"]
    if number is not None:
        yield Step(order["invoice_issued_at"], "Invoiced", number, f"/invoices/{number}")


def _spaced(steps: list[Step]) -> list[Step]:
    waits = [None, *((b.at - a.at).total_seconds() for a, b in pairwise(steps))]
    return [
        Step(step.at, step.title, step.note, step.link, wait)
        for step, wait in zip(steps, waits, strict=True)
    ]
