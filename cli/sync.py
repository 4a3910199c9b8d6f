"""Read what changed on a platform since last time, now."""

import click

from cli.ground import ground
from cli.output import Output
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("name")
@click.option("--stream", metavar="S", help="Only this one; by default all of the platform's.")
@click.option(
    "--wait/--no-wait", default=True, show_default=True, help="Stay until everything is read."
)
@organization_option
def command(
    out: Output, name: str, stream: str | None, wait: bool, organization: str | None
) -> int:
    """Read what changed on connection NAME since last time.

    Workers do it when some are up, else this process. Exit code 3: the platform asks for a
    pause, and reading goes on after it.

    Example: taxpoynt sync till --stream orders
    """
    with ground():
        from cli import named
        from cli.pulling import delta_answer
        from cli.pulling.delta import Delta
        from cli.pulling.progress import Progress

        connection = named.connection(organization, name)
        named.streams(connection.platform, stream)
        with Progress(name) as progress:
            delta = Delta(connection, stream, progress.show, out.say)
            if wait:
                found = delta.run()
            else:
                taken = delta.signal()
        if wait:
            return delta_answer.read(out, name, found, no_worker=delta.no_worker)
        return delta_answer.asked(out, name, taken)
