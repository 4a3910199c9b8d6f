"""List what a platform delivered, the newest first."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "received_at": "Received",
    "event_type": "Type",
    "state": "State",
    "attempts": "Tries",
    "record_external_id": "Record",
    "error": "Problem",
    "next_step": "What to do",
}


@verb
@click.argument("name")
@click.option("--failed", is_flag=True, help="Only those set aside with a reason.")
@page_options
@organization_option
def command(
    out: Output,
    name: str,
    failed: bool,
    limit: int,
    after: str | None,
    organization: str | None,
) -> None:
    """List the deliveries to connection NAME.

    Example: taxpoynt events till --failed
    """
    with ground():
        from cli import named
        from dashboard.api.schemas import EventSchema
        from models import listing
        from models.inbox_event import PARKED
        from models.session import unit_of_work

        connection = named.connection(organization, name)
        with unit_of_work() as session:
            found = gather(
                lambda span: listing.events(
                    session,
                    connection.organization_id,
                    state=PARKED if failed else None,
                    connection=name,
                    span=span,
                ),
                limit,
                after,
            )
        empty = "None failed." if failed else "None yet: subscribe the webhook address."
        show(out, found, EventSchema, _COLUMNS, empty)
