"""Run one stand-in platform alone, to try a connection against."""

import signal
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from cli.output import Output
from cli.quantities import Seconds, Whole
from cli.running import listening
from cli.verb import verb
from config import redaction
from config.errors import PermanentError

_SKIPPED_SHOWN = 5


@verb
@click.argument("platform")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=Whole(0, 65535), default=0, help="By default a free one.")
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Orders from a CSV instead of the demo merchant's.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder in which it remembers what happens.",
)
@click.option("--live", type=Seconds(), metavar="SECONDS", help="A new order that often.")
@click.option("--connect", metavar="URL", help="Connect it, and deliver to the web at URL.")
@click.option("--url", help="Its address as others see it, for --connect.")
@click.option("--hide-secrets", is_flag=True, help="For where what it says goes to a log.")
def command(
    out: Output,
    /,
    platform: str,
    connect: str | None,
    url: str | None,
    hide_secrets: bool,
    **options: Any,
) -> None:
    """Serve a stand-in of PLATFORM until interrupted.

    Example: taxpoynt sandbox toast --port 8101
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _served(platform, **options) as served:
        facts = redaction.fields(served.facts()) if hide_secrets else served.facts()
        _say_skipped(out, served.skipped())
        if connect is not None:
            _connect(platform, url or served.url, connect)
        out.answer(facts, _for_people(facts))
        try:
            served.wait()
        except KeyboardInterrupt:
            return


def _served(
    platform: str, *, host: str, port: int, seed: Path | None, data: Path | None, live: float | None
) -> Any:
    """The stand-in, running.

    Raises: click.BadParameter naming those there are; PermanentError where it can't start, of
    which PortTakenError is one.
    """
    import sandbox

    known = [found.name for found in iter_modules(sandbox.__path__) if found.name != "base"]
    if platform not in known:
        raise click.BadParameter(
            f"There is no stand-in of '{platform}'. There are: {', '.join(known)}.",
            param_hint="PLATFORM",
        )
    # Werkzeug would say it in words of its own and exit.
    listening.await_free(host, port)
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    stand_in = import_module(f"sandbox.{platform}")
    try:
        return stand_in.serve(host=host, port=port, seed=seed, data=data, live_s=live)
    except (OSError, ValueError) as error:
        raise PermanentError(
            "sandbox.refuses", str(error), next_step="Correct that and start again."
        ) from None


def _say_skipped(out: Output, lines: list[str]) -> None:
    for line in lines[:_SKIPPED_SHOWN]:
        out.say(line)
    if (more := len(lines) - _SKIPPED_SHOWN) > 0:
        out.say(f"And {more} more: its control address lists them under /state.")


def _connect(platform: str, url: str, web_url: str) -> None:
    from cli.ground import ground
    from cli.running import stand_ins

    with ground():
        stand_ins.connect(platform, url, web_url.rstrip("/"))


def _for_people(facts: dict[str, object]) -> str:
    return (
        f"{facts['name']} is at {facts['url']}, its control address at {facts['control']}.\n"
        f"Connect with client_id {facts['client_id']}, client_secret {facts['client_secret']}, "
        f"webhook_secret {facts['webhook_secret']}.\nCtrl-C stops it."
    )
