"""Import history: all of a span of business dates, resumable."""

from datetime import date

import click

from cli.dates import BUSINESS_DATE
from cli.ground import ground
from cli.output import Output
from cli.scope import organization_option
from cli.verb import verb


@verb
@click.argument("name")
@click.option("--since", type=BUSINESS_DATE, required=True, help="The first business date.")
@click.option("--until", type=BUSINESS_DATE, help="The last one; by default today.")
@click.option("--stream", metavar="S", help="Only this one; by default all that have a history.")
@click.option(
    "--wait/--no-wait", default=True, show_default=True, help="Stay until all is invoiced."
)
@organization_option
def command(
    out: Output,
    name: str,
    since: date,
    until: date | None,
    stream: str | None,
    wait: bool,
    organization: str | None,
) -> int:
    """Read the history of connection NAME, both dates included.

    Cut off, it goes on where it was when the same command runs again. Exit code 3: the
    platform asks for a long pause, and reading goes on after it.

    Example: taxpoynt import till --since 2025-01-01 --until 2025-12-31
    """
    with ground():
        from cli import named
        from cli.pulling import history_answer, importing

        connection = named.connection(organization, name)
        streams = named.with_history(connection.platform, stream)
        asked = importing.begin(connection, streams, since, until)
        if not wait:
            return history_answer.asked(out, asked, importing.signal(asked))
        return history_answer.read(out, asked, importing.run(asked, out.say))
