"""Send dead messages again."""

from cli import exit
from cli.ground import ground
from cli.output import Output
from cli.reviving.chosen import chosen, chosen_options
from cli.verb import verb

_COLUMNS = {
    "id": "ID",
    "task": "Task",
    "state": "State",
    "error": "Problem",
    "next_step": "What to do",
}


@verb
@chosen_options
def command(out: Output, ids: tuple[int, ...], every: bool) -> int:
    """Send messages again, by ID or all that wait.

    Exit code 1 when one can't be sent: it says why, and waits on.

    Examples: taxpoynt dead retry 17 18; taxpoynt dead retry --all
    """
    with ground():
        from models import dead_message
        from models.told import UNTOLD, told
        from tasks import resend

        became = []
        for row in chosen(ids, every):
            fault = resend.again(dict(row))
            state = dead_message.WAITING if fault else dead_message.RETRIED
            told_of_it = told(fault) if fault else UNTOLD
            became.append({"id": row["id"], "task": row["task"], "state": state, **told_of_it})
        out.items(became, _COLUMNS, empty="None waits: there is nothing to send again.")
        return exit.FAILED if any(each["error"] for each in became) else exit.DONE
