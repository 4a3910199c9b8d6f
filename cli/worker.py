"""Run a worker: it takes work from all queues, or from those named."""

from contextlib import ExitStack
from fnmatch import filter
from socket import gethostname
from typing import Any

import click

from cli import environment, exit, logs
from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.verb import verb
from config.errors import PermanentError


@verb
@click.option(
    "--queues", metavar="A,B", help="Serve only these, as in toast.events,toast.sync or *.bulk."
)
@click.option(
    "--concurrency",
    type=Whole(1, 64),
    default=2,
    show_default=True,
    help="How many tasks run at a time.",
)
@click.option("--name", help="Its name in Flower, unique on this host.")
def command(out: Output, queues: str | None, concurrency: int, name: str | None) -> int:
    """Run a worker until it is told to stop.

    SIGTERM lets running tasks end, half a minute at most; what is left goes to other workers.
    """
    logs.to_stderr("worker")
    # Read when Celery is imported: without it a stop waits for the longest task.
    environment.suppose("REMAP_SIGTERM", "SIGQUIT")
    with ground(may_make_home=True) as settings, ExitStack() as held:
        from cli.running.names import worker_name

        served = _served(queues)
        chosen = name or held.enter_context(worker_name(settings.home))
        out.service({"part": "worker", "name": chosen, "queues": served})
        return _run(
            hostname=f"{chosen}@{gethostname()}",
            queues=served,
            concurrency=concurrency,
            loglevel=settings.log_level,
        )


def _run(**options: Any) -> int:
    from celery.signals import worker_shutting_down

    from tasks import app

    # Sent when a signal asks the worker to end, not when it dies of something.
    asked: list[str] = []

    @worker_shutting_down.connect(weak=False)
    def _(sig: str = "", **_: object) -> None:
        asked.append(sig)

    refused: object = None
    try:
        # Not by Celery's own command, which loads Flower and a prompt into every worker.
        worker = app.Worker(
            **options,
            quiet=True,
            # A task goes to a child that is free, never behind one that is at work.
            optimization="fair",
            # Flower shows what these announce.
            task_events=True,
            # Workers here don't coordinate: this saves two seconds of every start.
            without_gossip=True,
            without_mingle=True,
        )
        worker.start()
        refused = worker.exitcode
    except SystemExit as end:
        refused = end.code
    if isinstance(refused, str):
        raise PermanentError("worker.refuses", refused)
    # Celery's own codes are no help: 1 after a soft stop, 0 when a message killed its consumer.
    return exit.DONE if asked else exit.FAILED


def _served(wanted: str | None) -> list[str]:
    """The queues to serve. Raises: click.BadParameter naming those there are."""
    from celeryconfig import task_queues

    known = [queue.name for queue in task_queues]
    if wanted is None:
        return known
    chosen = {name.strip(): filter(known, name.strip()) for name in wanted.split(",")}
    unknown = [name for name, found in chosen.items() if not found]
    if unknown:
        raise click.BadParameter(
            f"There is no queue '{', '.join(unknown)}'. There are: {', '.join(known)}.",
            param_hint="--queues",
        )
    return [name for name in known if any(name in found for found in chosen.values())]
