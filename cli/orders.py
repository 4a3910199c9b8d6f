"""List a connection's orders, those of the newest business date first."""

from datetime import date
from typing import TYPE_CHECKING

import click

from cli.dates import BUSINESS_DATE
from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output, typeable
from cli.verb import verb

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.listing import Listed, Span

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
@click.option("--since", type=BUSINESS_DATE, help="From this business date on.")
@connection_list_options
def command(out: Output, paged: Paged, since: date | None) -> None:
    """List the orders of connection NAME.

    Example: taxpoynt orders till --since 2026-01-01 --limit 20
    """
    with ground():
        from dashboard.api.schemas import OrderSchema

        name = typeable(paged.name)
        empty = f"No orders yet. History comes with: taxpoynt import {name} --since YYYY-MM-DD"
        of_connection(out, paged, _read, OrderSchema, _COLUMNS, empty, since=since)


def _read(
    session: "Session", organization_id: int, *, connection: str, since: date | None, span: "Span"
) -> "Listed":
    from models import listing

    wanted = listing.OrderFilter(connection=connection, since=since)
    return listing.orders(session, organization_id, wanted, span)
