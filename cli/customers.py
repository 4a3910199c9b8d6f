"""List a connection's customers, the newest first."""

from cli.ground import ground
from cli.listed import Paged, connection_list_options, of_connection
from cli.output import Output
from cli.verb import verb

_COLUMNS = {
    "external_id": "ID",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
    "person_id": "Person",
}


@verb
@connection_list_options
def command(out: Output, paged: Paged) -> None:
    """List the customers of connection NAME.

    Example: taxpoynt customers till
    """
    with ground():
        from dashboard.api.buyers import CustomerSchema
        from models import listing

        empty = "None yet: they come with orders that name them."
        of_connection(out, paged, listing.customers, CustomerSchema, _COLUMNS, empty)
