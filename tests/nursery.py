"""Programs of ours start from a process that has nearly all modules loaded: a tenth of the work.

A worker spends seconds of processor time on imports that are the same for all. Here they are done
once a test process; each program is then forked from there, as a process of its own with its own
environment, files and group. What reads the environment as it is imported is not among them:
`celeryconfig`, and `prometheus_client`, which the web's parts load.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from tests.forked import Forked

# The one setting that a library reads as it is imported, as `taxpoynt worker` has it.
_SUPPOSED = ("REMAP_SIGTERM", "SIGQUIT")
_LIBRARIES = (
    *("celery.app.base", "celery.worker", "celery.concurrency.prefork", "celery.beat"),
    *("celery.events.state", "kombu.transport.redis", "kombu.pools"),
    *("sqlalchemy.orm", "sqlalchemy.dialects.postgresql.psycopg2", "psycopg2.extras"),
    *("redis", "requests", "jwt", "msgspec", "structlog", "click", "rich.table", "yaml"),
    *("cryptography.fernet", "flask", "flask_smorest", "marshmallow", "jinja2", "alembic.command"),
    *("werkzeug.serving", "multiprocessing.spawn", "zoneinfo"),
)
_PYTHON = [sys.executable, "-m"]
# Packages of ours that read it when they are asked, and not before.
_OURS = ("config", "rules", "models", "connectors", "documents", "tasks")
# Whoever starts Celery itself says what it is to suppose.
_ELSE = "celery"
# Not while something is measured: a fork shares memory and has loaded more than it needs.
forks = True
# Of a request, the environment included.
_MOST = 1 << 20


def start(argv: Sequence[str], *, env: Mapping[str, str], cwd: str, log: int) -> Forked | None:
    """Start `python -m module ...` with a file as its log; None where it can't be forked."""
    if not forks or list(argv[:2]) != _PYTHON or argv[2] == _ELSE:
        return None
    with Path(os.devnull).open("rb") as nothing:
        return _started(argv, env, cwd, [nothing.fileno(), log, log])


def piped(argv: Sequence[str], *, env: Mapping[str, str], cwd: str) -> Forked:
    """Start `python -m module ...` with pipes for text."""
    (given, ours), (out, said), (err, told) = os.pipe(), os.pipe(), os.pipe()
    try:
        return _started(argv, env, cwd, [given, said, told], [ours, out, err])
    finally:
        for each in (given, said, told):
            os.close(each)


def _started(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    files: Sequence[int],
    pipes: Sequence[int] = (),
) -> Forked:
    nursery = _nursery(os.getpid())
    asked = {"argv": list(argv[2:]), "env": dict(env), "cwd": cwd}
    return Forked(nursery.asked(asked, files), nursery.code_of, pipes)


class _Nursery:
    """The process that others are forked from, at the other end of a pair of sockets."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [*_PYTHON, "tests.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        atexit.register(self.close)

    def asked(self, request: dict[str, Any], files: Sequence[int] = ()) -> Any:
        """The answer to a request, which files go with."""
        raw = json.dumps(request).encode()
        with self._lock:
            socket.send_fds(self._line, [raw], list(files))
            return json.loads(self._line.recv(_MOST))

    def code_of(self, pid: int) -> int | None:
        """The exit code of one that it started, once that has ended."""
        code: int | None = self.asked({"ended": pid})
        return code

    def close(self) -> None:
        """End it; what it started goes on."""
        self._line.close()
        self._process.wait()


@cache
def _nursery(_process: int) -> _Nursery:
    return _Nursery()


def _serve(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Answer until the other end is gone; in a child that was forked, what it has to be."""
    codes: dict[int, int] = {}
    while True:
        raw, files, _, _ = socket.recv_fds(line, _MOST, 3)
        if not raw:
            return None
        request = json.loads(raw)
        if "ended" in request:
            _reap(codes)
            line.send(json.dumps(codes.get(request["ended"])).encode())
            continue
        pid = _fork()
        if pid == 0:
            line.close()
            return request, files
        for each in files:
            os.close(each)
        # The number may have been another's once.
        codes.pop(pid, None)
        line.send(json.dumps(pid).encode())


def _fork() -> int:
    """As `os.fork`; the child leads its own group before anybody knows its number."""
    led, leads = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
    os.close(leads)
    if pid:
        os.read(led, 1)
    os.close(led)
    return pid


def _reap(codes: dict[int, int]) -> None:
    try:
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            codes[ended[0]] = os.waitstatus_to_exitcode(ended[1])
    except ChildProcessError:
        pass


def _become(request: dict[str, Any], files: Sequence[int]) -> None:
    """Be the program that was asked for."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, each in enumerate(files):
        os.dup2(each, number)
        os.close(each)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    module, *arguments = request["argv"]
    sys.argv = [module, *arguments]
    sys.path[0] = request["cwd"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _modules_of_ours() -> Iterator[str]:
    for name in _OURS:
        found = walk_packages(import_module(name).__path__, f"{name}.")
        yield from (each.name for each in found if "migrations" not in each.name)


def _main() -> None:
    os.environ.setdefault(*_SUPPOSED)
    for name in (*_LIBRARIES, *_modules_of_ours()):
        import_module(name)
    # Not to be walked, and so copied, by each that is forked.
    gc.freeze()
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        _become(*asked)


if __name__ == "__main__":
    _main()
