"""List a connection's customers, the newest first."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "external_id": "ID",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
}


@verb
@click.argument("name")
@page_options
@organization_option
def command(
    out: Output, name: str, limit: int, after: str | None, organization: str | None
) -> None:
    """List the customers of connection NAME.

    Example: taxpoynt customers till
    """
    with ground():
        from cli import named
        from dashboard.api.schemas import CustomerSchema
        from models import listing
        from models.session import unit_of_work

        connection = named.connection(organization, name)
        with unit_of_work() as session:
            found = gather(
                lambda span: listing.customers(
                    session, connection.organization_id, connection=name, span=span
                ),
                limit,
                after,
            )
        show(
            out, found, CustomerSchema, _COLUMNS, "None yet: they come with orders that name them."
        )
