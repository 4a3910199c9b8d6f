"""One invoice with its lines and taxes, as it was issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, inspect, select
from sqlalchemy.orm import Session

from models.invoice import Invoice, InvoiceLine, InvoiceTax, PartOfInvoice
from models.invoice_list import described
from models.order import Order


@dataclass(frozen=True)
class InvoiceDetail:
    """An invoice and its parts in order; each part carries the invoice's `currency`.

    `invoice` also says when its order was paid, first seen and last applied.
    """

    invoice: RowMapping
    lines: Sequence[Mapping[str, Any]]
    taxes: Sequence[Mapping[str, Any]]


def invoice_detail(session: Session, organization_id: int, number: str) -> InvoiceDetail | None:
    """A merchant's invoice; None when it has none of that number."""
    query = (
        described(organization_id)
        .add_columns(
            Order.first_seen_at,
            Order.applied_at,
            Order.paid_at,
        )
        .where(Invoice.number == number)
    )
    invoice = session.execute(query).mappings().first()
    if invoice is None:
        return None
    return InvoiceDetail(
        invoice, _parts(session, invoice, InvoiceLine), _parts(session, invoice, InvoiceTax)
    )


def _parts(
    session: Session, invoice: RowMapping, part: type[PartOfInvoice]
) -> list[Mapping[str, Any]]:
    query = (
        select(*inspect(part).columns)
        .where(
            part.invoice_id == invoice["id"],
            part.organization_id == invoice["organization_id"],
        )
        .order_by(part.position)
    )
    currency = invoice["currency"]
    return [{**row, "currency": currency} for row in session.execute(query).mappings()]
