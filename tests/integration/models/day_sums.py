"""The same days in plain Python, order by order: what the database's figures are compared with."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from rules.check_sums import check_sums
from rules.money import unit
from rules.order_totals import totals
from rules.records import OrderRecord
from rules.refund_split import refund_split

Days = dict[date, dict[str, Any]]
Entry = tuple[date, str, Any]


def summed(orders: Iterable[OrderRecord], currency: str) -> Days:
    """Figures by business date, those that are nought left out; a day with none is none."""
    found: dict[date, dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
    for order in orders:
        if order.deleted or order.not_sale_reason is not None:
            continue
        sold, paid = list(_sold(order, currency)), list(_paid(order))
        for on, name, value in (*sold, *paid, *_given(order, currency)):
            found[on][name] += value
        if _left(order, sold, paid):
            found[order.business_date]["unexplained_orders"] += 1
    for figures in found.values():
        owed = figures["due"] - figures["open"] - figures["rounding"]
        paid = figures["paid_before"] + figures["paid_that_day"] + figures["paid_after"]
        figures["unexplained"] = owed - paid
    return {
        on: {name: value for name, value in figures.items() if value}
        for on, figures in found.items()
    }


def _sold(order: OrderRecord, currency: str) -> Iterator[Entry]:
    on = order.business_date
    if order.voided:
        yield on, "voided_orders", 1
        return
    sums, bills = totals(order, currency), check_sums(order, currency)
    live = [x for x in order.checks if not (x.voided or x.deleted)]
    yield from ((on, "orders", 1), (on, "checks", len(live)), (on, "guests", order.guests or 0))
    for name in (
        *("net", "discounts", "charges", "gratuities", "fundraising", "tax"),
        *("marketplace_tax", "deferred"),
    ):
        yield on, name, getattr(sums, name)
    due = sums.net + sums.tax + sums.gratuities + sums.deferred
    yield on, "due", due
    if not order.checks and order.state == "open":
        yield on, "open", due - sums.paid
    for bill in live:
        left = bills[bill.external_id].due - bills[bill.external_id].paid
        if not bill.settled:
            yield on, "open", left
        elif abs(left) <= unit(currency):
            yield on, "rounding", left
        if not bills[bill.external_id].ties:
            yield on, "untied_checks", 1


def _paid(order: OrderRecord) -> Iterator[Entry]:
    sold_on = order.business_date
    for payment in order.payments:
        if not payment.counts:
            continue
        on = payment.business_date or sold_on
        yield on, "tips", payment.tip
        if on < sold_on:
            yield from ((sold_on, "paid_before", payment.amount), (on, "prepaid", payment.amount))
        elif on > sold_on:
            yield from ((sold_on, "paid_after", payment.amount), (on, "postpaid", payment.amount))
        else:
            yield on, "paid_that_day", payment.amount


def _left(order: OrderRecord, sold: list[Entry], paid: list[Entry]) -> Decimal:
    """What is neither paid, open nor rounding of one order."""
    here = [(name, value) for on, name, value in (*sold, *paid) if on == order.business_date]
    signs = {
        "due": 1,
        "open": -1,
        "rounding": -1,
        **dict.fromkeys(("paid_before", "paid_that_day", "paid_after"), -1),
    }
    return sum((signs.get(name, 0) * value for name, value in here), Decimal(0))


def _given(order: OrderRecord, currency: str) -> Iterator[Entry]:
    for back in (x.refund for x in order.payments if x.refund):
        on, split = back.business_date or order.business_date, refund_split(order, back, currency)
        for name in ("net", "tax", "marketplace_tax", "gratuities", "deferred"):
            yield on, f"refunded_{name}", getattr(split, name)
        yield on, "refunded_tips", back.tip_amount
