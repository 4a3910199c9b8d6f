"""Run the web: webhook addresses, pages and the JSON API."""

import os
from typing import TYPE_CHECKING

import click

from cli import environment, logs
from cli.ground import ground
from cli.output import Output
from cli.quantities import Whole
from cli.running import listening, measures
from cli.verb import verb
from cli.web_address import PORT
from config.embedded.processes import end_with_parent

if TYPE_CHECKING:
    from flask import Flask

# A delivery waits for one commit, so threads share a core well; past four processes a machine of
# this kind is bound by its database. Pages that stay open hold a thread each while they listen,
# so there are more threads than connections in a process's pool.
_PROCESSES = min(4, max(2, os.cpu_count() or 1))
_THREADS = 24
# Connections that wait while all threads are busy: a second's worth of a burst.
_BACKLOG = 2048
_STOP_S = 10
# Granian's own lines go where all others go.
_LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"handlers": [], "level": "INFO", "propagate": True}},
}


@verb
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=Whole(1, 65535), default=PORT, show_default=True)
def command(out: Output, host: str, port: int) -> None:
    """Answer platforms and people until told to stop."""
    logs.to_stderr("web")
    with (
        listening.alone_at(host, port),
        ground(may_make_home=True) as settings,
        measures.folder(settings.home) as at,
    ):
        environment.suppose("PROMETHEUS_MULTIPROC_DIR", str(at))
        out.service({"part": "web", "url": f"http://{host}:{port}"})
        _serve(host, port)


def application() -> "Flask":
    """The web as one WSGI application."""
    from flask import Flask

    import dashboard
    import webhooks
    from models import deadline

    end_with_parent()
    logs.to_stderr("web")
    deadline.enforce()
    app = Flask("taxpoynt")
    webhooks.register(app)
    dashboard.register(app)
    return app


def _serve(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    Granian(
        "cli.web:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=_PROCESSES,
        blocking_threads=_THREADS,
        backlog=_BACKLOG,
        http=HTTPModes.http1,
        websockets=False,
        log_access=False,
        log_dictconfig=_LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_S,
    ).serve()
