"""Draw up invoices again that were given up."""

import click

from cli import exit
from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.scope import organization_option
from cli.verb import verb

_COLUMNS = {
    "id": "Order",
    "external_id": "Their ID",
    "invoice_state": "Invoice",
    "invoice_reason": "Problem",
}


@verb
@click.argument("ids", nargs=-1, type=Whole(1, 2**63 - 1), metavar="[ORDER]...")
@click.option("--all", "every", metavar="NAME", help="All that are parked on this connection.")
@organization_option
def command(out: Output, ids: tuple[int, ...], every: str | None, organization: str | None) -> int:
    """Invoice orders again whose invoice was parked, by the order's ID or all of a connection.

    Exit code 1 when one still can't be invoiced.

    Examples: taxpoynt invoices retry 17; taxpoynt invoices retry --all till
    """
    if bool(ids) == bool(every):
        raise click.UsageError("Give IDs of orders, or --all with the name of a connection.")
    with ground():
        from cli.pulling import invoicing_again

        with out.during("Drawing them up again"):
            became = invoicing_again.retry_all(organization, ids, every)
        out.items(became, _COLUMNS, empty="None is parked: there is nothing to invoice again.")
        return exit.FAILED if any(each["invoice_reason"] for each in became) else exit.DONE
