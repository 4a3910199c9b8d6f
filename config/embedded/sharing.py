"""How processes share the embedded servers: first in starts them, last out has them stopped."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded import placing
from config.embedded.errors import EmbeddedServerError, explain, with_log
from config.embedded.home import Home
from config.embedded.locks import FileLock

_POLL_S = 0.02
_STOPPED_S = 60.0
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Servers:
    """Where the embedded servers are, passwords included; empty for one that is not running."""

    database_url: str
    broker_url: str


@contextmanager
def servers(
    home: Path, *, want_database: bool = True, want_broker: bool = True
) -> Iterator[Servers]:
    """Have the servers of ``home`` running, shared with every other process that uses them.

    Raises ``EmbeddedServerError`` when they cannot run. The servers stay while anybody is inside
    and stop about a second after the last one left or died. A forked child is no user of its own.
    """
    wanted = {kind for kind, want in (("database", want_database), ("broker", want_broker)) if want}
    if not wanted:
        yield Servers("", "")
        return
    with _using(Home(home.resolve())) as ours:
        try:
            found = _join(ours, wanted)
        except OSError as error:
            raise explain(error, home) from error
        yield found


def running(home: Path) -> Servers | None:
    """Return the servers of ``home`` if they are up now, without starting or holding them."""
    ours = Home(home.resolve())
    if not ours.run.is_dir():
        return None
    try:
        with ours.deciding(), ours.lock("keeper") as keeper:
            recorded = {} if keeper.try_take() else ours.recorded()
    except OSError as error:
        raise explain(error, home) from error
    return _as_servers(recorded) if recorded else None


def discard(home: Path) -> None:
    """Delete the servers' data of ``home``, wherever it lies; waits until they have stopped."""
    ours = Home(home.resolve())
    if not ours.run.is_dir():
        return
    try:
        with ours.deciding(), ours.lock("keeper") as keeper:
            _await_end(ours, keeper)
            placing.remove(ours)
    except OSError as error:
        raise explain(error, home) from error


def _await_end(home: Home, keeper: FileLock) -> None:
    deadline = time.monotonic() + _STOPPED_S
    while not keeper.try_take():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"The servers of {home.path} are in use: stop that first.")
        time.sleep(_POLL_S)


@contextmanager
def _using(home: Home) -> Iterator[Home]:
    """Be a user; waits while a keeper is stopping."""
    try:
        home.make()
        lock = home.lock("users")
    except OSError as error:
        raise explain(error, home.path) from error
    with lock:
        lock.share()
        yield home


def _join(home: Home, wanted: set[str]) -> Servers:
    started = False
    while True:
        with home.deciding(), home.lock("keeper") as keeper:
            if keeper.try_take():
                if started:
                    raise EmbeddedServerError(_reason(home))
                home.forget_run()
                home.want(wanted)
                _start_keeper(home, keeper)
                started = True
            else:
                home.want(wanted)
            recorded = home.recorded()
        if wanted <= recorded.keys():
            return _as_servers(recorded)
        time.sleep(_POLL_S)


def _start_keeper(home: Home, lock: FileLock) -> None:
    """Start a keeper that holds ``lock`` from its first instant to its last."""
    log = home.fresh_log("keeper")
    written = log.stat().st_size if log.exists() else 0
    with lock.for_child() as descriptor, log.open("ab") as output:
        started = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-m", "config.embedded.keeper", home.path, str(descriptor)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(descriptor,),
            check=False,
        )
    if started.returncode != 0:
        raise EmbeddedServerError(with_log("The servers' keeper does not start.", log, written))


def _reason(home: Home) -> str:
    if home.failure.exists():
        return home.failure.read_text()
    return with_log("The embedded servers ended while starting.", home.log("keeper"))


def _as_servers(recorded: dict[str, Any]) -> Servers:
    return Servers(
        recorded.get("database", {}).get("url", ""), recorded.get("broker", {}).get("url", "")
    )
