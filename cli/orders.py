"""List a connection's orders, those of the newest business date first."""

from datetime import date

import click

from cli.dates import BUSINESS_DATE
from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "display_number": "Number",
    "business_date": "Date",
    "location": "Location",
    "state": "State",
    "total": "Total",
    "currency": "",
    "invoice_state": "Invoice",
    "invoice_number": "Invoice number",
}


@verb
@click.argument("name")
@click.option("--since", type=BUSINESS_DATE, help="From this business date on.")
@page_options
@organization_option
def command(
    out: Output,
    name: str,
    since: date | None,
    limit: int,
    after: str | None,
    organization: str | None,
) -> None:
    """List the orders of connection NAME.

    Example: taxpoynt orders till --since 2026-01-01 --limit 20
    """
    with ground():
        from cli import named
        from dashboard.api.schemas import OrderSchema
        from models import listing
        from models.session import unit_of_work

        connection = named.connection(organization, name)
        wanted = listing.OrderFilter(connection=name, since=since)
        with unit_of_work() as session:
            found = gather(
                lambda span: listing.orders(session, connection.organization_id, wanted, span),
                limit,
                after,
            )
        empty = f"No orders yet. History comes with: taxpoynt import {name} --since YYYY-MM-DD"
        show(out, found, OrderSchema, _COLUMNS, empty)
