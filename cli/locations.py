"""List a connection's locations."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "external_id": "ID",
    "name": "Name",
    "time_zone": "Time zone",
    "currency": "Currency",
    "closeout_hour": "Closes at",
    "archived": "Archived",
}


@verb
@click.argument("name")
@page_options
@organization_option
def command(
    out: Output, name: str, limit: int, after: str | None, organization: str | None
) -> None:
    """List the locations of connection NAME.

    Example: taxpoynt locations till
    """
    with ground():
        from cli import named
        from dashboard.api.schemas import LocationSchema
        from models import listing
        from models.session import unit_of_work

        connection = named.connection(organization, name)
        with unit_of_work() as session:
            found = gather(
                lambda span: listing.locations(
                    session, connection.organization_id, connection=name, span=span
                ),
                limit,
                after,
            )
        show(out, found, LocationSchema, _COLUMNS, f"None are known yet: taxpoynt check {name}")
