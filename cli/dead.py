"""List messages that no worker could work on; send them again or dismiss them."""

import click

from cli.invoices import ListFirst
from cli.reviving import dismiss, listed, retry

_COMMANDS = {"list": listed.command, "retry": retry.command, "dismiss": dismiss.command}


@click.group(cls=ListFirst, commands=_COMMANDS)
def command() -> None:
    """List messages that no worker could work on, the newest first.

    Without a command's name it lists: 'taxpoynt dead list --help' shows how.

    Examples: taxpoynt dead; taxpoynt dead retry 17; taxpoynt dead dismiss --all
    """
