"""Try records again that a pull set aside, and see what becomes of them."""

import click

from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("ids", nargs=-1, type=Whole(1, 2**63 - 1), metavar="[ID]...")
@click.option("--all", "every", metavar="NAME", help="All that were set aside on this connection.")
@organization_option
def command(out: Output, ids: tuple[int, ...], every: str | None, organization: str | None) -> int:
    """Read records again that were set aside, by ID or all of a connection.

    Exit code 1 when one still can't be understood.

    Examples: taxpoynt retry 17 18; taxpoynt retry --all till
    """
    if bool(ids) == bool(every):
        raise click.UsageError("Give IDs, or --all with the name of a connection.")
    with ground():
        from cli import retrying

        with out.during("Trying them again"):
            found = retrying.retry_all(organization, ids, every)
        return retrying.tell(out, found)
