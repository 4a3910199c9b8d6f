"""Loaded records as the flat mappings that the schemas read."""

from typing import Any

from models.invoice_detail import InvoiceDetail
from models.order_detail import OrderDetail


def order(detail: OrderDetail) -> dict[str, Any]:
    """For `OrderDetailSchema`."""
    return {
        **detail.order,
        "customer": detail.customer,
        "lines": detail.lines,
        "discount_lines": detail.discounts,
        "charge_lines": detail.charges,
        "tax_lines": detail.taxes,
        "payments": detail.payments,
        "refunds": detail.refunds,
    }


def invoice(detail: InvoiceDetail) -> dict[str, Any]:
    """For `InvoiceDetailSchema`."""
    return {**detail.invoice, "lines": detail.lines, "taxes": detail.taxes}
