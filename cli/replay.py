"""Put deliveries back in line, and see what becomes of them."""

import click

from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("ids", nargs=-1, type=Whole(1, 2**63 - 1), metavar="[ID]...")
@click.option("--failed", metavar="NAME", help="All that failed on this connection.")
@organization_option
def command(out: Output, ids: tuple[int, ...], failed: str | None, organization: str | None) -> int:
    """Handle deliveries again, by ID or all that failed on a connection.

    Exit code 1 when one failed again, 3 when one is to be tried later.

    Examples: taxpoynt replay 17 18; taxpoynt replay --failed till
    """
    if bool(ids) == bool(failed):
        raise click.UsageError("Give IDs, or --failed with the name of a connection.")
    with ground():
        from cli import replaying

        with out.during("Handling them again"):
            found = replaying.replay(organization, ids, failed)
        return replaying.tell(out, found)
