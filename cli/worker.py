"""Run a worker: it takes work from all queues, or from those named."""

from contextlib import ExitStack
from fnmatch import filter

import click

from cli import environment, exit, logs
from cli.ground import ground
from cli.output import Output
from cli.verb import verb
from config.errors import PermanentError


@verb
@click.option(
    "--queues", metavar="A,B", help="Serve only these, as in toast.events,toast.sync or *.bulk."
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
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
    with ground() as settings, ExitStack() as held:
        from cli.running.names import worker_name

        served = _served(queues)
        chosen = name or held.enter_context(worker_name(settings.home))
        out.service({"part": "worker", "name": chosen, "queues": served})
        return _run(
            f"--hostname={chosen}@%h",
            f"--queues={','.join(served)}",
            f"--concurrency={concurrency}",
            f"--loglevel={settings.log_level}",
        )


def _run(*options: str) -> int:
    from tasks import app

    try:
        app.worker_main(
            [
                "--quiet",
                "worker",
                *options,
                # A task goes to a child that is free, never behind one that is at work.
                "-Ofair",
                # Flower shows what these announce.
                "--task-events",
                # Workers here don't coordinate: this saves two seconds of every start.
                "--without-gossip",
                "--without-mingle",
            ]
        )
    except SystemExit as end:
        return _code(end)


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


def _code(end: SystemExit) -> int:
    """A stop that was asked for is no failure, though Celery's soft one ends with 1."""
    from celery.worker import state

    if isinstance(end.code, str):
        raise PermanentError("worker.refuses", end.code)
    asked = state.should_stop is not None or state.should_terminate is not None
    return exit.DONE if asked else int(end.code or 0)
