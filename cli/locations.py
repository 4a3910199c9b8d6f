"""List a connection's locations; those that are archived or removed are marked."""

from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output, typeable
from cli.verb import verb

_COLUMNS = {
    "external_id": "ID",
    "name": "Name",
    "brand": "Brand",
    "time_zone": "Time zone",
    "currency": "Currency",
    "closeout_hour": "Closes at",
    "taking_orders": "Takes orders",
    "archived": "Archived",
    "removed_at": "Removed",
}


@verb
@connection_list_options
def command(out: Output, paged: Paged) -> None:
    """List the locations of connection NAME.

    Example: taxpoynt locations till
    """
    with ground():
        from dashboard.api.schemas import LocationSchema
        from models import listing

        empty = f"None are known yet: taxpoynt check {typeable(paged.name)}"
        of_connection(out, paged, listing.locations, LocationSchema, _COLUMNS, empty)
