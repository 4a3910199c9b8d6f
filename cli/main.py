"""`taxpoynt`: each command is a file beside this one, imported only when it is called."""

import sys
from collections.abc import Sequence
from configparser import ConfigParser
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from cli import failure

_FOLDER = Path(__file__).parent
# How a file says that it is a command.
_MARKS = ("\n@verb", "\n@click.group")


@cache
def verbs() -> dict[str, Path]:
    """The commands' files by command: `sign_in.py` is `sign-in`, `import_.py` is `import`."""
    files = (path for path in sorted(_FOLDER.glob("*.py")) if _is_verb(path))
    return {path.stem.rstrip("_").replace("_", "-"): path for path in files}


def _is_verb(path: Path) -> bool:
    text = path.read_text()
    return path.stem != "main" and any(mark in text for mark in _MARKS)


class Verbs(click.Group):
    """The commands found; listing them imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return list(verbs())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        path = verbs().get(cmd_name)
        if path is None:
            return None
        found: click.Command = import_module(f"cli.{path.stem}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line a command: its file's first line says what it does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _headline(path)) for name, path in verbs().items()])


def _headline(path: Path) -> str:
    return path.open().readline().strip().strip('"')


def _say_version(ctx: click.Context) -> None:
    """From the one place that names it: the image holds the project without installing it."""
    declared = ConfigParser()
    declared.read(_FOLDER.parent / "setup.cfg")
    click.echo(f"taxpoynt {declared['metadata']['version']}")
    ctx.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, asked: _say_version(ctx) if asked else None,
    help="Say which release this is.",
)
def taxpoynt() -> None:
    """Till orders in, correct tax invoices out.

    Every command takes --json: one JSON document on standard output. Exit codes: 0 done,
    1 failed, 2 wrong use, 3 parked and going on later.
    """


def main() -> None:
    """Run one command and end with its exit code."""
    arguments = sys.argv[1:]
    sys.exit(failure.guard(lambda: run(arguments), arguments))


def run(arguments: Sequence[str]) -> Any:
    """Run one command; returns its exit code or raises what went wrong."""
    return taxpoynt(list(arguments), prog_name="taxpoynt", standalone_mode=False)


if __name__ == "__main__":
    main()
