"""What pytest-celery asks of a Docker container, answered by a local process."""

import shutil
import signal as signals
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.children import Child

# Given the container's id and a folder of its own; returns what to run.
Command = Callable[[str, Path], Sequence[str | Path]]


class LocalProcess:
    """The part of docker's container that pytest-celery uses, over one process group."""

    def __init__(self, kind: str, command: Command, env: Mapping[str, str] | None = None) -> None:
        self.id = uuid.uuid4().hex
        self.name = f"{kind}-{self.id[:12]}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.child = Child(command(self.id, self.folder), log=self.folder / "log", env=env)
        # No network and no port mappings: the library has nothing to wait for.
        self.attrs: dict[str, Any] = {
            "Config": {"Hostname": "127.0.0.1", "Env": []},
            "NetworkSettings": {"Networks": {}, "Ports": {}},
            "HostConfig": {"PortBindings": {}},
        }

    @property
    def status(self) -> str:
        """As docker says it."""
        return "running" if self.child.alive else "exited"

    def reload(self) -> None:
        """A process is always asked afresh."""

    def logs(self, **_: Any) -> bytes:
        """What it said since its last start."""
        return self.child.log.read_bytes()

    def kill(self, signal: str | int | None = None) -> None:
        """Signal the process; SIGKILL takes all of the container, as docker's does."""
        number = signals.Signals[signal] if isinstance(signal, str) else signal
        if number in (None, signals.SIGKILL):
            self.child.kill()
        else:
            self.child.signal(signals.Signals(number))

    def restart(self, timeout: float = 10) -> None:
        """Stop it if it runs, and start it again with an empty log."""
        self.child.end(grace_s=timeout)
        self.child.log.write_bytes(b"")
        self.child.start()

    def exec_run(self, command: Sequence[str], **_: Any) -> tuple[int, bytes]:
        """Run a program where the process runs."""
        done = subprocess.run(command, env=self.child.env, capture_output=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def remove(self) -> None:
        """Leave nothing."""
        self.child.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
