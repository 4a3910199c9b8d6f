"""List invoices, the newest first."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb
from models.invoice_list import STATES

_COLUMNS = {
    "number": "Number",
    "business_date": "Date",
    "status": "Status",
    "connection": "Connection",
    "location": "Location",
    "order_display_number": "Order",
    "net": "Net",
    "gratuities": "Gratuity",
    "tax": "Tax",
    "total": "Total",
    "currency": "",
}


@verb
@click.option("--status", type=click.Choice(STATES), help="Only those that stand at this.")
@page_options
@organization_option
def command(
    out: Output, status: str | None, limit: int, after: str | None, organization: str | None
) -> None:
    """List invoices, the newest first.

    Example: taxpoynt invoices --status issued --limit 20
    """
    with ground():
        from cli import scope
        from dashboard.api.schemas import InvoiceSchema
        from models import listing
        from models.session import unit_of_work

        wanted = listing.InvoiceFilter(status=status)
        with unit_of_work() as session:
            owner = scope.organization(session, organization)
            found = gather(
                lambda span: listing.invoices(session, owner.id, wanted, span), limit, after
            )
        show(out, found, InvoiceSchema, _COLUMNS, "None yet: orders are invoiced once they close.")
