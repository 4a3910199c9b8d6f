"""Issues invoices: numbers without a gap, one a sale, in one transaction with everything else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import bulk, copy_text
from models.customer import Customer
from models.invoice import InvoiceSeries
from models.location import Location
from models.order import Order
from models.organization import Organization
from rules.invoicing import Draft
from rules.numbering import number

DEFAULT_SERIES = "INV"


@dataclass(frozen=True, slots=True)
class Issue:
    """An order and the invoice drawn up for it."""

    order: Order
    draft: Draft


def issue(session: Session, organization_id: int, issues: Sequence[Issue]) -> list[str]:
    """Number and store invoices; returns their numbers in the order given.

    The series row stays locked until the caller's transaction ends: a rollback gives every
    number back, so none is ever missing.
    Effects: rows in invoices and their parts; the orders stand at `issued`.
    """
    if not issues:
        return []
    series_id, first = _take_numbers(session, organization_id, len(issues))
    ids = bulk.reserve_ids(session, "invoices", len(issues))
    numbers = [number(DEFAULT_SERIES, first + offset) for offset in range(len(issues))]
    names = _names(session, [one.order.id for one in issues])
    heads = [
        (invoice_id, series_id, first + offset, numbers[offset], *_head(one), *names[one.order.id])
        for offset, (invoice_id, one) in enumerate(zip(ids, issues, strict=True))
    ]
    paired = list(zip(ids, issues, strict=True))
    lines = [row for pair in paired for row in _lines(*pair)]
    taxes = [row for pair in paired for row in _taxes(*pair)]
    columns = ("id", "series_id", "sequence", "number", *_HEAD, *_NAMES)
    bulk.append(
        session,
        (
            bulk.Rows("invoices", columns, [copy_text.filled(row) for row in heads]),
            bulk.Rows("invoice_lines", _LINE, [copy_text.filled(row) for row in lines]),
            bulk.Rows("invoice_taxes", _TAX, [copy_text.filled(row) for row in taxes]),
        ),
    )
    session.connection().exec_driver_sql(_ISSUED, ([one.order.id for one in issues],))
    return numbers


_ISSUED = "UPDATE orders SET invoice_state = 'issued', invoice_reason = NULL WHERE id = ANY(%s)"


def _take_numbers(session: Session, organization_id: int, count: int) -> tuple[int, int]:
    """The series and the first of its next numbers, with the series locked."""
    taken = {"organization_id": organization_id, "name": DEFAULT_SERIES, "count": count}
    found = session.execute(_TAKE, taken).first()
    if found is None:
        series = insert(InvoiceSeries).values(organization_id=organization_id, name=DEFAULT_SERIES)
        session.execute(series.on_conflict_do_nothing())
        found = session.execute(_TAKE, taken).one()
    return found.id, found.first


_TAKE = text(
    "UPDATE invoice_series SET next_number = next_number + :count "
    "WHERE organization_id = :organization_id AND name = :name "
    "RETURNING id, next_number - :count AS first"
)

_HEAD = (
    *("organization_id", "connection_id", "location_id", "customer_id", "order_id"),
    *("status", "business_date", "currency", "net", "tax", "gratuities", "total"),
    "correlation_id",
)
# What a document calls those it is between; later changes of theirs don't change it.
_NAMES = (
    *("seller", "location", "time_zone"),
    *("customer_first_name", "customer_last_name", "customer_email", "order_display_number"),
)
_LINE = (
    *("organization_id", "invoice_id", "position", "kind", "name", "quantity", "unit_price"),
    *("gross", "discount", "net", "tax", "details"),
)
_TAX = (
    *("organization_id", "invoice_id", "position", "name", "rate", "taxable", "amount"),
    "remitted_by_marketplace",
)


_CALLED = (
    select(
        Order.id,
        *(Organization.name, Location.name, Location.time_zone),
        *(Customer.first_name, Customer.last_name, Customer.email, Order.display_number),
    )
    .join(Organization, Organization.id == Order.organization_id)
    .join(Location, Location.id == Order.location_id)
    .outerjoin(Customer, Customer.id == Order.customer_id)
    .where(Order.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)


def _names(session: Session, order_ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """The values of _NAMES by order."""
    found = session.execute(_CALLED, {"ids": list(order_ids)})
    return {order_id: tuple(names) for order_id, *names in found}


def _head(one: Issue) -> tuple[Any, ...]:
    order, draft = one.order, one.draft
    return (
        *(order.organization_id, order.connection_id, order.location_id, order.customer_id),
        *(order.id, "issued", order.business_date, draft.currency, draft.net, draft.tax),
        *(draft.gratuities, draft.total, order.correlation_id),
    )


def _lines(invoice_id: int, one: Issue) -> list[tuple[Any, ...]]:
    return [
        (
            *(one.order.organization_id, invoice_id, position, line.kind, line.name),
            *(line.quantity, line.unit_price, line.gross, line.discount, line.net, line.tax),
            json.dumps({"modifiers": list(line.modifiers)} if line.modifiers else {}),
        )
        for position, line in enumerate(one.draft.lines)
    ]


def _taxes(invoice_id: int, one: Issue) -> list[tuple[Any, ...]]:
    return [
        (
            *(one.order.organization_id, invoice_id, position, tax.name, tax.rate),
            *(tax.taxable, tax.amount, tax.remitted_by_marketplace),
        )
        for position, tax in enumerate(one.draft.taxes)
    ]
