"""Loaded records as the flat mappings that the schemas read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboard.bills import untied
from models.invoice_detail import InvoiceDetail
from models.order_detail import OrderDetail
from models.person_detail import PersonDetail


def order(detail: OrderDetail) -> dict[str, Any]:
    """For `OrderDetailSchema`."""
    return {
        **detail.order,
        "customer": detail.customer,
        "checks": [{**check, "untied": untied(check)} for check in detail.checks],
        "lines": detail.lines,
        "discount_lines": detail.discounts,
        "charge_lines": detail.charges,
        "tax_lines": detail.taxes,
        "payments": detail.payments,
        "refunds": detail.refunds,
    }


def person(detail: PersonDetail) -> dict[str, Any]:
    """For `PersonDetailSchema`."""
    merged = [one["id"] for one in detail.merged]
    return {**detail.person, "customers": detail.customers, "merged_ids": merged}


def invoice(detail: InvoiceDetail) -> dict[str, Any]:
    """For `InvoiceDetailSchema`."""
    lines = [{**line, "modifiers": _modifiers(line)} for line in detail.lines]
    return {**detail.invoice, "lines": lines, "taxes": detail.taxes}


def _modifiers(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a line came with; its amounts were kept as text."""
    return [
        {
            "name": modifier["name"],
            "quantity": Decimal(modifier["quantity"]),
            "amount": Decimal(modifier["amount"]),
            "currency": line["currency"],
        }
        for modifier in line["details"].get("modifiers", ())
    ]
