"""The files that the embedded servers keep in an installation's data folder."""

import json
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.locks import FileLock

_LOG_LIMIT_BYTES = 10_000_000


@dataclass(frozen=True)
class Home:
    """One data folder: locks and records in ``run``, logs in ``logs``, secrets beside them."""

    path: Path

    @property
    def run(self) -> Path:
        """Where locks, ports and the record of the running servers are."""
        return self.path / "run"

    @property
    def record(self) -> Path:
        """The running servers; it exists only while they accept connections."""
        return self.run / "servers.json"

    @property
    def failure(self) -> Path:
        """Why the last keeper gave up."""
        return self.run / "failure.txt"

    def make(self) -> None:
        """Make the folders that are missing."""
        self.run.mkdir(parents=True, exist_ok=True)
        (self.path / "logs").mkdir(mode=0o700, exist_ok=True)

    def lock(self, name: str) -> FileLock:
        """Open the lock called ``name``, not yet held."""
        return FileLock.at(self.run / f"{name}.lock")

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Let one process at a time look whether there is a keeper, and start one."""
        with self.lock("start") as lock:
            lock.take()
            yield

    def log(self, name: str) -> Path:
        """Return the log called ``name``."""
        return self.path / "logs" / f"{name}.log"

    def fresh_log(self, name: str) -> Path:
        """Return the log called ``name``, put aside first if it has grown large."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        return log

    def secret_file(self, name: str) -> Path:
        """Where the password of the server called ``name`` is kept."""
        return self.path / f"{name}.password"

    def secret(self, name: str) -> str:
        """Return the password of the server called ``name``, made at the first call."""
        return _kept(self.secret_file(name), secrets.token_urlsafe(24))

    def identity(self) -> str:
        """Return the name by which folders outside belong to this one."""
        return _kept(self.path / "home-id", str(uuid.uuid4()))

    def remembered(self, name: str) -> int | None:
        """Return the number kept under ``name``: a port or a process id."""
        try:
            return int((self.run / name).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def remember(self, name: str, number: int) -> None:
        """Keep a number under ``name``."""
        write_private(self.run / name, str(number))

    def want(self, kinds: set[str]) -> None:
        """Ask the keeper for servers, beside those that are wanted already."""
        for path in (self.run / f"{kind}.wanted" for kind in kinds):
            if not path.exists():
                # Not left empty, so that a full disk is noticed here, where it can be told.
                path.write_text("wanted\n")

    def wants(self, kind: str) -> bool:
        """Whether anybody asked for the server."""
        return (self.run / f"{kind}.wanted").exists()

    def forget_run(self) -> None:
        """Clear what an earlier keeper left behind."""
        for path in (self.record, self.failure, *self.run.glob("*.wanted")):
            path.unlink(missing_ok=True)

    def recorded(self) -> dict[str, Any]:
        """Return the record of the running servers, empty if there is none."""
        try:
            found: dict[str, Any] = json.loads(self.record.read_text())
        except FileNotFoundError:
            return {}
        return found


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read: whole and on disk, or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _kept(path: Path, otherwise: str) -> str:
    if not path.exists():
        write_private(path, otherwise)
    return path.read_text().strip()
