"""List invoices, show one, render one as a document, or draw up parked ones again."""

import click

from cli.paper import listed, render, retry, show

_COMMANDS = {
    "list": listed.command,
    "show": show.command,
    "render": render.command,
    "retry": retry.command,
}


class ListFirst(click.Group):
    """A group whose first command is meant when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a --json before the command's name belongs to the command."""
        flags = [each for each in args if each == "--json"]
        rest = [each for each in args if each != "--json"]
        if rest[:1] not in [[name] for name in (*self.commands, "--help", "-h")]:
            rest = ["list", *rest]
        return super().parse_args(ctx, [*rest, *flags])


@click.group(cls=ListFirst, commands=_COMMANDS)
def command() -> None:
    """List invoices, the newest first; show or render one, or retry parked ones.

    Without a command's name it lists: 'taxpoynt invoices list --help' shows how.

    Example: taxpoynt invoices --status issued --limit 20
    """
