"""`@verb`: makes a function a command that takes --json and keeps its log out of the way."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import click

from cli import logs
from cli.output import Output

_P = ParamSpec("_P")


def verb(function: Callable[Concatenate[Output, _P], int | None]) -> click.Command:
    """A command of `function`, which gets an Output first; an int it returns is the exit code.

    The last of its decorators: options stand below it.
    """

    @wraps(function)
    def run(as_json: bool, **given: Any) -> int | None:
        logs.to_file()
        return function(Output(as_json=as_json), **given)  # type: ignore[call-arg]

    option = click.option(
        "--json", "as_json", is_flag=True, help="One JSON document on standard output."
    )
    return click.command()(option(run))
