"""What the embedded servers have in common: how one starts, answers and ends."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from config.embedded import ports
from config.embedded.errors import EmbeddedServerError, with_log
from config.embedded.home import Home
from config.embedded.locks import FileLock
from config.embedded.placing import Place, place
from config.embedded.processes import spawn, works_in

Command = list[str | Path]

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_POLL_S = 0.02
# Long enough to replay a log of changes after a crash.
_START_S = 180.0
_STOP_S = 30.0


class Server(ABC):
    """One embedded server.

    Its lock is inherited by the server's own processes, so it is held exactly as long as one of
    them lives, whatever became of the keeper that started them.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, home: Home) -> None:
        self.home = home
        self.place: Place = place(home)
        self.data: Path = self.place.folder / self.name
        self.account = self.place.owner(self.data)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether the server is up."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process id."""
        return self._process.pid if self._process else None

    @property
    def end(self) -> str:
        """How the server's process ended, in words; empty while it runs or when it never did."""
        code = self._process.poll() if self._process else None
        if code is None:
            return ""
        if code >= 0:
            return f"exit code {code}"
        with suppress(ValueError):
            return f"signal {-code} ({signal.Signals(-code).name})"
        return f"signal {-code}"

    @property
    def port(self) -> int:
        """The port that the server listens on, or did last."""
        return self.home.remembered(f"{self.name}.port") or 0

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect, with the password."""

    @abstractmethod
    def prepare(self, lock: FileLock) -> None:
        """Make the data folder if there is none, and whatever else a start needs."""

    @abstractmethod
    def command(self, port: int) -> Command:
        """Return the command that runs the server in the foreground."""

    @abstractmethod
    def answers(self, pid: int, port: int) -> bool:
        """Whether the server accepts connections."""

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        with self.home.lock(self.name) as lock:
            self._claim(lock)
            self.prepare(lock)
            self._start_on_a_free_port(lock)

    def stop(self) -> None:
        """Stop the server cleanly; one that does not end in time is killed, which loses nothing."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run(
        self,
        command: Command,
        lock: FileLock,
        *,
        log: Path | int | None = None,
        stdin: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program as the server's user, in its log, bound to this process."""
        with lock.for_child() as descriptor:
            return spawn(
                command,
                env=_ENVIRONMENT,
                log=log or self.home.fresh_log(self.name),
                user=self.account,
                death_signal=self.stop_signal,
                cwd=Path("/"),
                stdin=stdin,
                pass_fds=(descriptor,),
            )

    def hand_over(self, path: Path) -> None:
        """Give a file or folder to the server's user, and to nobody else.

        Its parent must not be that user's: who owns a folder could put a link in the file's place.
        """
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self.account:
            os.chown(path, *self.account)

    def _claim(self, lock: FileLock) -> None:
        """Take the server's lock; a server left over from a killed keeper is stopped first."""
        deadline = time.monotonic() + _STOP_S
        pid = self.home.remembered(f"{self.name}.pid")
        asked = False
        while not lock.try_take():
            if not asked and pid and works_in(pid, self.data):
                os.kill(pid, self.stop_signal)
                asked = True
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"An earlier {self.name} (process {pid}) still uses {self.data} and does not "
                    "stop. End that process and start again."
                )
            time.sleep(_POLL_S)

    def _start_on_a_free_port(self, lock: FileLock) -> None:
        log = self.home.fresh_log(self.name)
        for port in ports.to_try(self.port):
            written = log.stat().st_size if log.exists() else 0
            process = self._process = self.run(self.command(port), lock)
            self.home.remember(f"{self.name}.pid", process.pid)
            if self._comes_up(process, port):
                self.home.remember(f"{self.name}.port", port)
                return
            if ports.is_free(port):
                raise EmbeddedServerError(
                    with_log(f"{self.name} ended instead of starting.", log, written)
                )
        raise EmbeddedServerError(
            f"No free port for {self.name} on {ports.HOST}: stop other servers and start again."
        )

    def _comes_up(self, process: subprocess.Popen[bytes], port: int) -> bool:
        deadline = time.monotonic() + _START_S
        while process.poll() is None:
            if self.answers(process.pid, port):
                return True
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
            time.sleep(_POLL_S)
        return False
