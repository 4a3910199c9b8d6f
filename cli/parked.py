"""List records that a pull set aside, the newest first."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "parked_at": "Set aside",
    "stream": "Stream",
    "external_id": "Their ID",
    "location": "Location",
    "error": "Problem",
    "next_step": "What to do",
}


@verb
@click.argument("name")
@page_options
@organization_option
def command(
    out: Output, name: str, limit: int, after: str | None, organization: str | None
) -> None:
    """List what was pulled from connection NAME and can't be understood.

    Example: taxpoynt parked till
    """
    with ground():
        from cli import named
        from dashboard.api.schemas import ParkedRecordSchema
        from models import listing
        from models.session import unit_of_work

        connection = named.connection(organization, name)
        with unit_of_work() as session:
            found = gather(
                lambda span: listing.parked_records(
                    session, connection.organization_id, connection=name, span=span
                ),
                limit,
                after,
            )
        show(out, found, ParkedRecordSchema, _COLUMNS, "None: every pulled record is understood.")
