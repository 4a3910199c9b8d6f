"""List records that a pull set aside, the newest first."""

from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output
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
@connection_list_options
def command(out: Output, paged: Paged) -> None:
    """List what was pulled from connection NAME and can't be understood.

    Example: taxpoynt parked till
    """
    with ground():
        from dashboard.api.schemas import ParkedRecordSchema
        from models import listing

        empty = "None: every pulled record is understood."
        of_connection(out, paged, listing.parked_records, ParkedRecordSchema, _COLUMNS, empty)
