"""List messages that no worker could work on."""

import click

from cli.ground import ground
from cli.output import Output
from cli.paged import gather, page_options, show
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "task": "Task",
    "seen_at": "Seen",
    "times": "Times",
    "error": "Problem",
    "next_step": "What to do",
}
_STATES = ("waiting", "retried", "dismissed")


@verb
@click.option(
    "--state",
    type=click.Choice(_STATES),
    default=_STATES[0],
    show_default=True,
    help="Those that wait for somebody, or were settled.",
)
@page_options
def command(out: Output, state: str, limit: int, after: str | None) -> None:
    """List messages that no worker could work on, the newest first.

    Example: taxpoynt dead list --state retried
    """
    with ground():
        from dashboard.api.schemas import DeadMessageSchema
        from models import dead_message
        from models.session import unit_of_work

        with unit_of_work() as session:
            found = gather(
                lambda span: dead_message.dead_messages(session, state=state, span=span),
                limit,
                after,
            )
        show(out, found, DeadMessageSchema, _COLUMNS, "None: every message was understood.")
