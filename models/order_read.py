"""Reads stored orders back as records, parts included, a few queries for any number."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.order import DUE, Order
from models.order_part import OrderCharge, OrderLine, OrderTax, PartOfOrder
from rules.records import ChargeRecord, LineRecord, OrderRecord, TaxRecord

Part = TypeVar("Part", bound=PartOfOrder)


def due_orders(session: Session, ids: Sequence[int]) -> list[Order]:
    """Those of `ids` that still owe an invoice, locked; what another transaction holds is left."""
    return list(
        session.scalars(
            select(Order)
            .where(Order.id.in_(ids), Order.invoice_state == DUE)
            .order_by(Order.id)
            .with_for_update(skip_locked=True)
        )
    )


def sale_records(session: Session, orders: Sequence[Order]) -> list[OrderRecord]:
    """For each order what an invoice needs of it: lines, charges and taxes."""
    ids = [order.id for order in orders]
    lines = _by_order(session, OrderLine, ids)
    charges = _by_order(session, OrderCharge, ids)
    taxes = _by_order(session, OrderTax, ids)
    return [
        OrderRecord(
            external_id=order.external_id,
            version=order.version,
            location_id="",
            business_date=order.business_date,
            state="closed",
            lines=[_line(row) for row in lines.get(order.id, ())],
            charges=[_charge(row) for row in charges.get(order.id, ())],
            taxes=[_tax(row) for row in taxes.get(order.id, ())],
        )
        for order in orders
    ]


def _by_order(session: Session, part: type[Part], ids: Sequence[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    rows = session.scalars(select(part).where(part.order_id.in_(ids)).order_by(part.id))
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _line(row: OrderLine) -> LineRecord:
    return LineRecord(
        external_id=row.external_id,
        check_id=row.check_external_id,
        position=row.position,
        name=row.name,
        quantity=row.quantity,
        unit_price=row.unit_price,
        gross=row.gross,
        amount=row.amount,
        tax=row.tax,
        parent_id=row.parent_external_id,
        tax_inclusion=row.tax_inclusion,
        voided=row.voided,
        deferred=row.deferred,
    )


def _charge(row: OrderCharge) -> ChargeRecord:
    return ChargeRecord(
        external_id=row.external_id,
        check_id=row.check_external_id,
        name=row.name,
        amount=row.amount,
        gratuity=row.gratuity,
        category=row.category,
    )


def _tax(row: OrderTax) -> TaxRecord:
    return TaxRecord(
        check_id=row.check_external_id,
        name=row.name,
        rate=row.rate,
        amount=row.amount,
        line_id=row.line_external_id,
        charge_id=row.charge_external_id,
        kind=row.kind,
        remitted_by_marketplace=row.remitted_by_marketplace,
    )
