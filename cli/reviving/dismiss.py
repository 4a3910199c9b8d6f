"""Dismiss dead messages."""

from cli.ground import ground
from cli.output import Output
from cli.reviving.chosen import chosen, chosen_options
from cli.verb import verb


@verb
@chosen_options
def command(out: Output, ids: tuple[int, ...], every: bool) -> None:
    """Dismiss messages that need no further look, by ID or all that wait.

    Example: taxpoynt dead dismiss 17
    """
    with ground():
        from models import dead_message
        from models.session import unit_of_work

        found = [row["id"] for row in chosen(ids, every)]
        with unit_of_work() as session:
            gone = dead_message.settle(session, found, dead_message.DISMISSED)
        items = [{"id": each, "state": dead_message.DISMISSED} for each in gone]
        out.items(items, {"id": "ID", "state": "State"}, empty="None waits: nothing to dismiss.")
