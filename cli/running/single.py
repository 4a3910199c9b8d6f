"""One `up` a home: the lock that says so, and the record of who holds it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded.home import Home, write_private
from config.embedded.locks import FileLock
from config.errors import PermanentError


class AlreadyUpError(PermanentError):
    """Another `up` runs in this home."""


@dataclass(frozen=True)
class Running:
    """Who is up in a home, and where its pages are once they are."""

    pid: int
    url: str | None = None


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the one `up` of a home. Raises: AlreadyUpError naming the other."""
    (home / "run").mkdir(parents=True, exist_ok=True)
    with FileLock.at(_lock(home)) as lock:
        if not lock.try_take():
            raise _already(home)
        record(home, None)
        try:
            yield
        finally:
            _record(home).unlink(missing_ok=True)


def record(home: Path, url: str | None) -> None:
    """Note where this `up` is to be found."""
    write_private(_record(home), json.dumps(asdict(Running(os.getpid(), url))))


def running(home: Path) -> Running | None:
    """The `up` of a home, None when there is none now."""
    if not _lock(home).exists():
        return None
    with FileLock.at(_lock(home)) as lock:
        if lock.try_take():
            return None
    try:
        return Running(**json.loads(_record(home).read_text()))
    except (FileNotFoundError, ValueError):
        return None  # it is just starting, or just leaving


def _already(home: Path) -> AlreadyUpError:
    other = running(home)
    who = f"process {other.pid}" if other else "another process"
    where = f" and answers at {other.url}" if other and other.url else ""
    return AlreadyUpError(
        "up.already",
        f"Everything is up already in {Home(home).path}: {who} runs it{where}.",
        next_step="Use that one, stop it with 'make down', or set TAXPOYNT_HOME to another folder.",
    )


def _lock(home: Path) -> Path:
    return home / "run" / "up.lock"


def _record(home: Path) -> Path:
    return home / "run" / "up.json"
