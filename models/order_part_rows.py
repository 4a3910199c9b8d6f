"""An order's parts as rows: which columns, in which order."""

from collections.abc import Callable, Iterator
from typing import Any

from models.copy_text import NULL
from rules.records import OrderRecord

_PART = ("organization_id", "order_id", "check_external_id", "position")

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


def rows_of(
    table: str, organization_id: int, order_id: int, order: OrderRecord
) -> Iterator[tuple[Any, ...]]:
    """The rows of `order` in `table`, values as `COLUMNS[table]`, NULL for None."""
    return _READERS[table](organization_id, order_id, order)


def _lines(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.lines:
        yield (
            owner,
            order_id,
            x.check_id,
            x.position,
            x.external_id,
            NULL if x.parent_id is None else x.parent_id,
            NULL if x.item_id is None else x.item_id,
            x.name,
            x.kind,
            x.quantity,
            x.unit_price,
            x.gross,
            x.amount,
            x.tax,
            NULL if x.tax_inclusion is None else x.tax_inclusion,
            x.voided,
            x.deferred,
        )


def _discounts(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.discounts:
        yield (
            owner,
            order_id,
            x.check_id,
            x.position,
            x.external_id,
            NULL if x.line_id is None else x.line_id,
            x.name,
            NULL if x.kind is None else x.kind,
            x.amount,
        )


def _charges(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.charges:
        yield (
            owner,
            order_id,
            x.check_id,
            x.position,
            x.external_id,
            x.name,
            x.category,
            x.gratuity,
            x.amount,
        )


def _taxes(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for x in order.taxes:
        yield (
            owner,
            order_id,
            x.check_id,
            x.position,
            NULL if x.line_id is None else x.line_id,
            NULL if x.charge_id is None else x.charge_id,
            x.name,
            x.kind,
            NULL if x.rate is None else x.rate,
            x.amount,
            x.remitted_by_marketplace,
        )


def _payments(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for position, x in enumerate(order.payments):
        yield (
            owner,
            order_id,
            x.check_id,
            position,
            x.external_id,
            x.tender,
            NULL if x.status is None else x.status,
            NULL if x.card_type is None else x.card_type,
            NULL if x.last_digits is None else x.last_digits,
            x.amount,
            x.tip,
            NULL if x.paid_at is None else x.paid_at,
            NULL if x.business_date is None else x.business_date,
            x.counts,
        )


def _refunds(owner: int, order_id: int, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    for position, x in enumerate(order.payments):
        if x.refund:
            back = x.refund
            yield (
                owner,
                order_id,
                x.check_id,
                position,
                x.external_id,
                back.amount,
                back.tip_amount,
                NULL if back.refunded_at is None else back.refunded_at,
                NULL if back.business_date is None else back.business_date,
            )


_READERS: dict[str, Callable[[int, int, OrderRecord], Iterator[tuple[Any, ...]]]] = {
    "order_lines": _lines,
    "order_discounts": _discounts,
    "order_charges": _charges,
    "order_taxes": _taxes,
    "payments": _payments,
    "refunds": _refunds,
}
