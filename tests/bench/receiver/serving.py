"""The servers: `taxpoynt web` for ours, granian's WSGI for floors, gunicorn for the usual build.

Floors get what serves Flask fastest, which isn't what ours runs on: ours gives some of that up to
wait for slow senders at no cost. gunicorn comes with the extra `bench`; where it isn't installed,
granian serves the usual build, and the table says so.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from cli import web
from tests.bench.ground import Ground
from tests.children import TAXPOYNT, Child, child, free_port
from tests.waiting import until

_THIS = "tests.bench.receiver.serving"
_DOORS = "tests.bench.receiver.doors"
# A thread for each connection of the load generator, and some.
_THREADS = 24


def usual_server() -> str:
    """What serves the usual build."""
    return "gunicorn" if importlib.util.find_spec("gunicorn") else "granian, for want of gunicorn"


@contextmanager
def our_web(on: Ground) -> Iterator[tuple[str, Child]]:
    """Our own command."""
    port = free_port()
    with _up(on, [*TAXPOYNT, "web", "--port", str(port)], {}, port) as started:
        yield started


@contextmanager
def door(on: Ground, name: str, env: dict[str, str]) -> Iterator[tuple[str, Child]]:
    """One of the doors that ours is measured against."""
    port = free_port()
    argv = [sys.executable, "-m", _THIS, name, str(port)]
    if name == "usual" and usual_server() == "gunicorn":
        size = ["-w", str(web._PROCESSES), "-k", "gthread", "--threads", "8"]
        at = ["-b", f"127.0.0.1:{port}", "--keep-alive", "5"]
        argv = [sys.executable, "-m", "gunicorn", *size, *at, f"{_DOORS}:{name}()"]
    with _up(on, argv, env, port) as started:
        yield started


@contextmanager
def _up(on: Ground, argv: list[str], env: dict[str, str], port: int) -> Iterator[tuple[str, Child]]:
    url = f"http://127.0.0.1:{port}"
    log = on.log(f"door-{port}")
    log.write_bytes(b"")
    with child(argv, log=log, env=env) as started:
        # On a machine that others use, too, a start takes its time.
        until(
            lambda: started.says("") and _answers(url),
            timeout_s=120,
            what=" ".join(map(str, argv[1:5])),
        )
        yield url, started


def _answers(url: str) -> bool:
    with suppress(requests.RequestException):
        return requests.get(url, timeout=2, allow_redirects=False).status_code < 500
    return False


def _serve(name: str, port: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    Granian(
        f"{_DOORS}:{name}",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=port,
        workers=web._PROCESSES,
        blocking_threads=_THREADS,
        backlog=web._BACKLOG,
        http=HTTPModes.http1,
        websockets=False,
        log_access=False,
        working_dir=Path.cwd(),
    ).serve()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
