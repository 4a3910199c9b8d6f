"""Run Flower: queues, workers and tasks as a page, for this machine alone."""

import click

from cli import logs
from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.running import listening
from cli.verb import verb


@verb
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Flower asks nobody who they are: keep it on loopback or behind a proxy that does.",
)
@click.option("--port", type=Whole(1, 65535), default=5555, show_default=True)
def command(out: Output, host: str, port: int) -> None:
    """Show queues and workers until told to stop."""
    logs.to_stderr("flower")
    listening.await_free(host, port)
    with ground(tables=False, may_make_home=True) as settings:
        from tasks import app

        out.service({"part": "flower", "url": f"http://{host}:{port}"})
        app.start(
            ["flower", f"--address={host}", f"--port={port}", f"--logging={settings.log_level}"]
        )
