"""List what is out of stock or low at a connection's locations."""

from typing import TYPE_CHECKING

import click

from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output
from cli.verb import verb
from models.stock import STATUSES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.listing import Listed, Span

_COLUMNS = {
    "item_external_id": "ID",
    "item": "Item",
    "location": "Location",
    "status": "Status",
    "quantity": "Left",
    "changed_at": "Since",
}


@verb
@click.option("--status", type=click.Choice(STATUSES), help="Only what stands at this.")
@connection_list_options
def command(out: Output, paged: Paged, status: str | None) -> None:
    """List the stock of connection NAME: what is out first, then what is low.

    Example: taxpoynt stock till --status "out of stock"
    """
    with ground():
        from dashboard.api.place_schemas import StockSchema

        empty = "Nothing was told: what nobody tells of is in stock."
        of_connection(out, paged, _read, StockSchema, _COLUMNS, empty, status=status)


def _read(
    session: "Session", organization_id: int, *, connection: str, status: str | None, span: "Span"
) -> "Listed":
    from models import listing

    where = listing.PlaceFilter(connection=connection)
    return listing.stock(session, organization_id, where, span, status=status)
