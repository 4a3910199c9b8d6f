"""An order's parts as rows: which columns, in which order."""

from collections.abc import Callable, Iterator
from typing import Any

from rules.records import OrderRecord

_PART = ("check_external_id", "position")

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_lines": (
        *_PART,
        *("external_id", "parent_external_id", "item_external_id", "name", "kind", "quantity"),
        *("unit_price", "gross", "amount", "tax", "tax_inclusion", "voided", "deferred"),
    ),
    "order_discounts": (*_PART, "external_id", "line_external_id", "name", "kind", "amount"),
    "order_charges": (*_PART, "external_id", "name", "category", "gratuity", "amount"),
    "order_taxes": (
        *_PART,
        *("line_external_id", "charge_external_id", "name", "kind", "rate", "amount"),
        "remitted_by_marketplace",
    ),
    "payments": (
        *_PART,
        *("external_id", "tender", "status", "card_type", "last_digits", "amount", "tip"),
        *("paid_at", "business_date", "counts"),
    ),
    "refunds": (
        *_PART,
        *("payment_external_id", "amount", "tip_amount", "refunded_at", "business_date"),
    ),
}


def rows_of(table: str, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    """The rows of `order` in `table`, values as `COLUMNS[table]`."""
    return _READERS[table](order)


def _lines(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.lines:
        yield (
            *(x.check_id, x.position, x.external_id, x.parent_id, x.item_id, x.name, x.kind),
            *(x.quantity, x.unit_price, x.gross, x.amount, x.tax, x.tax_inclusion),
            *(x.voided, x.deferred),
        )


def _discounts(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.discounts:
        yield (x.check_id, x.position, x.external_id, x.line_id, x.name, x.kind, x.amount)


def _charges(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.charges:
        yield (x.check_id, x.position, x.external_id, x.name, x.category, x.gratuity, x.amount)


def _taxes(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.taxes:
        yield (
            *(x.check_id, x.position, x.line_id, x.charge_id, x.name, x.kind, x.rate, x.amount),
            x.remitted_by_marketplace,
        )


def _payments(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for position, x in enumerate(order.payments):
        yield (
            *(x.check_id, position, x.external_id, x.tender, x.status, x.card_type),
            *(x.last_digits, x.amount, x.tip, x.paid_at, x.business_date, x.counts),
        )


def _refunds(order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for position, x in enumerate(order.payments):
        if x.refund:
            back = x.refund
            yield (
                *(x.check_id, position, x.external_id, back.amount, back.tip_amount),
                *(back.refunded_at, back.business_date),
            )


_READERS: dict[str, Callable[[OrderRecord], Iterator[tuple[Any, ...]]]] = {
    "order_lines": _lines,
    "order_discounts": _discounts,
    "order_charges": _charges,
    "order_taxes": _taxes,
    "payments": _payments,
    "refunds": _refunds,
}
