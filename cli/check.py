"""Try a connection's credentials; show its account, scopes, limits and locations."""

import click

from cli.ground import ground
from cli.output import Output
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("name")
@organization_option
def command(out: Output, name: str, organization: str | None) -> int:
    """Try the credentials of connection NAME and look at what they reach.

    Exit code 1 when the platform refuses them, when they lack a scope that is needed, or when a
    location can't be read.

    Example: taxpoynt check till
    """
    with ground():
        from cli import named
        from cli.connecting import check

        connection = named.connection(organization, name)
        with out.during(f"Trying {name}"):
            found = check.look(connection)
        return check.tell(out, connection, found)
