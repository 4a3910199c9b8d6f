"""Show one invoice with its lines and taxes."""

from collections.abc import Mapping
from typing import Any

import click

from cli.ground import ground
from cli.output import Output, table
from cli.scope import organization_option
from cli.verb import verb

_HEAD = ("number", "status", "business_date", "issued_at", "connection", "location")
_SUMS = ("net", "gratuities", "tax", "total")
_LINE = {
    "name": "Item",
    "kind": "Kind",
    "quantity": "Quantity",
    "unit_price": "Price",
    "discount": "Discount",
    "net": "Net",
    "tax": "Tax",
}


@verb
@click.argument("number")
@organization_option
def command(out: Output, number: str, organization: str | None) -> None:
    """Show the invoice of NUMBER.

    Example: taxpoynt invoices show INV-000001
    """
    with ground():
        from cli.paper import found
        from dashboard.api import details
        from dashboard.api.schemas import InvoiceDetailSchema

        detail = found.invoice(organization, number)
        document = InvoiceDetailSchema().dump(details.invoice(detail))
        out.answer(document, lambda: _in_words(document))


def _in_words(document: Mapping[str, Any]) -> Any:
    from rich.console import Group

    head = [f"{name.replace('_', ' ').capitalize() + ':':<15}{document[name]}" for name in _HEAD]
    sums = [
        f"{name.capitalize() + ':':<15}{document[name]} {document['currency']}" for name in _SUMS
    ]
    lines = table(_LINE.values(), [[line[name] for name in _LINE] for line in document["lines"]])
    return Group("\n".join(head), lines, "\n".join(sums))
