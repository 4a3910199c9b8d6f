"""An order's parts as rows: which columns, in which order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models import facts
from models.copy_text import NULL
from rules.check_sums import check_sums
from rules.order_totals import charge_taxes
from rules.records import ZERO, OrderRecord, RefundedPart
from rules.refund_split import refund_split

_PART = ("organization_id", "order_id", "check_external_id", "position")


@dataclass(frozen=True, slots=True)
class Placed:
    """An order in the books: whose it is, our ids of it and of its location, its currency."""

    organization_id: int
    order_id: int
    location_id: int
    currency: str


COLUMNS: dict[str, tuple[str, ...]] = {
    "order_checks": (
        *_PART,
        *("status", "settled", "display_number", "tab", "voided", "deleted", "void_business_date"),
        *("tax_exempt", "stated_amount", "stated_tax", "amount", "due", "paid", "rounding"),
        *("ties", "paid_at", "closed_at", *facts.columns(["customer_external_id"])),
    ),
    "order_lines": (
        *_PART,
        *("external_id", "parent_external_id", "item_external_id", "name", "kind", "quantity"),
        *("unit_price", "gross", "amount", "tax", "tax_inclusion", "voided", "deferred"),
        *("group_external_id", "category_external_id", "void_business_date"),
        *("void_reason_external_id", "refunded", "refunded_tax"),
    ),
    "order_discounts": (
        *_PART,
        *("external_id", "line_external_id", "name", "kind", "amount", "configured_external_id"),
    ),
    "order_charges": (
        *_PART,
        *("external_id", "name", "category", "gratuity", "amount", "tax"),
        *("configured_external_id", "refunded", "refunded_tax"),
    ),
    "order_taxes": (
        *_PART,
        *("line_external_id", "charge_external_id", "name", "kind", "rate", "amount"),
        *("remitted_by_marketplace", "configured_external_id"),
    ),
    "payments": (
        *_PART,
        *("external_id", "tender", "status", "card_type", "last_digits", "amount", "tip"),
        *("paid_at", "business_date", "counts", "location_id", "void_business_date"),
        *("void_reason_external_id", "card_entry", "tendered", "fee"),
        *("alternate_type_external_id", "house_account_external_id", "drawer_external_id"),
    ),
    "refunds": (
        *_PART,
        *("payment_external_id", "amount", "tip_amount", "refunded_at", "business_date"),
        *("location_id", "external_id", "net", "tax", "marketplace_tax", "gratuities", "deferred"),
        "itemized",
    ),
}


def rows_of(table: str, placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    """The rows of `order` in `table`, values as `COLUMNS[table]`, NULL for None."""
    return _READERS[table](placed, order)


def _checks(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    if not order.checks:
        return
    sums = check_sums(order, placed.currency)
    owner, order_id = placed.organization_id, placed.order_id
    for x in order.checks:
        came = sums[x.external_id]
        yield (
            owner,
            order_id,
            x.external_id,
            x.position,
            NULL if x.status is None else x.status,
            x.settled,
            NULL if x.display_number is None else x.display_number,
            NULL if x.tab is None else x.tab,
            x.voided,
            x.deleted,
            NULL if x.void_business_date is None else x.void_business_date,
            x.tax_exempt,
            NULL if x.amount is None else x.amount,
            NULL if x.tax is None else x.tax,
            came.amount,
            came.due,
            came.paid,
            came.rounding,
            came.ties,
            NULL if x.paid_at is None else x.paid_at,
            NULL if x.closed_at is None else x.closed_at,
            NULL if x.customer is None else x.customer.external_id,
            NULL if x.customer is None else order.version,
        )


def _lines(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    owner, order_id = placed.organization_id, placed.order_id
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
            NULL if x.group_id is None else x.group_id,
            NULL if x.category_id is None else x.category_id,
            NULL if x.void_business_date is None else x.void_business_date,
            NULL if x.void_reason_id is None else x.void_reason_id,
            *_given_back(x.refunds),
        )


def _given_back(parts: Sequence[RefundedPart]) -> tuple[Any, Any]:
    """Before tax, and tax; nothing where nothing was."""
    if not parts:
        return NULL, NULL
    return sum((x.amount for x in parts), ZERO), sum((x.tax for x in parts), ZERO)


def _discounts(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    owner, order_id = placed.organization_id, placed.order_id
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
            NULL if x.configured_id is None else x.configured_id,
        )


def _charges(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    if not order.charges:
        return
    owner, order_id = placed.organization_id, placed.order_id
    # Kept, as an invoice drawn from the books sees no bills.
    taxes = charge_taxes(order, placed.currency)
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
            taxes.get(x.external_id, NULL),
            NULL if x.configured_id is None else x.configured_id,
            *_given_back(x.refunds),
        )


def _taxes(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    owner, order_id = placed.organization_id, placed.order_id
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
            NULL if x.configured_id is None else x.configured_id,
        )


def _payments(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    owner, order_id = placed.organization_id, placed.order_id
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
            placed.location_id,
            NULL if x.void_business_date is None else x.void_business_date,
            NULL if x.void_reason_id is None else x.void_reason_id,
            NULL if x.card_entry is None else x.card_entry,
            NULL if x.tendered is None else x.tendered,
            NULL if x.fee is None else x.fee,
            NULL if x.alternate_type_id is None else x.alternate_type_id,
            NULL if x.house_account_id is None else x.house_account_id,
            NULL if x.drawer_id is None else x.drawer_id,
        )


def _refunds(placed: Placed, order: OrderRecord) -> Iterator[tuple[Any, ...]]:
    owner, order_id = placed.organization_id, placed.order_id
    for position, x in enumerate(order.payments):
        if x.refund:
            back = x.refund
            split = refund_split(order, back, placed.currency)
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
                placed.location_id,
                NULL if back.external_id is None else back.external_id,
                split.net,
                split.tax,
                split.marketplace_tax,
                split.gratuities,
                split.deferred,
                split.itemized,
            )


_READERS: dict[str, Callable[[Placed, OrderRecord], Iterator[tuple[Any, ...]]]] = {
    "order_checks": _checks,
    "order_lines": _lines,
    "order_discounts": _discounts,
    "order_charges": _charges,
    "order_taxes": _taxes,
    "payments": _payments,
    "refunds": _refunds,
}
