"""List what a platform delivered, the newest first."""

import click

from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "received_at": "Received",
    "replayed_at": "Replayed",
    "event_type": "Type",
    "state": "State",
    "attempts": "Tries",
    "record_external_id": "Record",
    "error": "Problem",
    "next_step": "What to do",
}


@verb
@click.option("--failed", is_flag=True, help="Only those set aside with a reason.")
@connection_list_options
def command(out: Output, paged: Paged, failed: bool) -> None:
    """List the deliveries to connection NAME.

    Example: taxpoynt events till --failed
    """
    with ground():
        from dashboard.api.schemas import EventSchema
        from models import listing
        from models.inbox_event import PARKED

        empty = "None failed." if failed else "None yet: subscribe the webhook address."
        state = PARKED if failed else None
        of_connection(out, paged, listing.events, EventSchema, _COLUMNS, empty, state=state)
