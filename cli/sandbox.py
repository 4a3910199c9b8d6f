"""Run one stand-in platform alone, to try a connection against."""

import signal
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click

from cli.output import Output
from cli.verb import verb


@verb
@click.argument("platform")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free one.")
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
@click.option("--live", type=float, metavar="SECONDS", help="A new order that often.")
def command(
    out: Output,
    platform: str,
    port: int,
    seed: Path | None,
    data: Path | None,
    live: float | None,
) -> None:
    """Serve a stand-in of PLATFORM until interrupted."""
    import sandbox

    known = [found.name for found in iter_modules(sandbox.__path__) if found.name != "base"]
    if platform not in known:
        raise click.BadParameter(
            f"There is no stand-in of '{platform}'. There are: {', '.join(known)}.",
            param_hint="PLATFORM",
        )
    stand_in = import_module(f"sandbox.{platform}")
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    served = stand_in.serve(port=port, seed=seed, data=data, live_s=live)
    with served, suppress(KeyboardInterrupt):
        facts = served.facts()
        out.answer(facts, _for_people(facts))
        served.wait()


def _for_people(facts: dict[str, object]) -> str:
    return (
        f"{facts['name']} is at {facts['url']}, its control address at {facts['control']}.\n"
        f"Connect with client_id {facts['client_id']}, client_secret {facts['client_secret']}, "
        f"webhook_secret {facts['webhook_secret']}.\nCtrl-C stops it."
    )
