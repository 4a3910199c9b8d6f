"""Run the web: webhook addresses, pages and the JSON API."""

import gc
import os
import resource
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

    from cli.serving.edge import Edge

# A process looks at deliveries one at a time and writes them together. Past four processes a
# machine of this kind is bound by its database.
_PROCESSES = min(4, max(2, os.cpu_count() or 1))
# Connections that wait to be taken: a second's worth of a burst.
_BACKLOG = 2048
# Those a process holds open at most. One that asks nothing costs a few kilobytes.
_CONNECTIONS = 8192
# A connection that has sent no whole head for so long is closed, idle ones too.
_HEAD_MS = 10_000
# A delivery that came in whole is answered within two seconds. A connection that is kept open may
# hold up a process that is to stop (granian's threads 605 and 813, read 2026-11-30): it is cut off
# then, and so is a download that goes on.
_STOP_S = 3
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

    deadline.enforce()
    app = Flask("taxpoynt")
    webhooks.register(app)
    dashboard.register(app)
    return app


def edge() -> "Edge":
    """The web as a process of the server serves it."""
    from cli.serving.edge import Edge

    end_with_parent()
    logs.to_stderr("web")
    made = Edge(application())
    # What is loaded by now stays: no search for garbage need go through it again, which would hold
    # up each delivery of that moment for some twenty milliseconds.
    gc.collect()
    gc.freeze()
    return made


def _serve(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    Granian(
        "cli.web:edge",
        factory=True,
        interface=Interfaces.RSGI,
        address=host,
        port=port,
        workers=_PROCESSES,
        backlog=_BACKLOG,
        backpressure=_make_room(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MS),
        websockets=False,
        log_access=False,
        log_dictconfig=_LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_S,
    ).serve()


def _make_room() -> int:
    """Let a process hold many files open; how many connections of those it may take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS
    if 0 <= soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return _CONNECTIONS if soft == resource.RLIM_INFINITY else min(_CONNECTIONS, soft // 2)
