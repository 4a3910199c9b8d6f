"""The embedded Redis-compatible server."""

import signal
import socket
from pathlib import Path

from config.embedded import binaries
from config.embedded.home import write_private
from config.embedded.locks import FileLock
from config.embedded.ports import HOST
from config.embedded.server import Command, Server

_SETTINGS = {
    "bind": HOST,
    "daemonize": "no",
    # Tasks live here: every write goes to the log of changes, and nothing is ever evicted.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
    "logfile": '""',
    # Keeps the command line, by which the process is known again.
    "set-proc-title": "no",
}


class Valkey(Server):
    """A private Valkey, or Redis where that is what the machine has."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        """Where Celery and redis-py connect."""
        return f"redis://:{self.home.secret(self.name)}@{HOST}:{self.port}/0"

    def prepare(self, lock: FileLock) -> None:
        """Make the data folder, and the configuration that keeps the password private."""
        self.data.mkdir(exist_ok=True)
        self.hand_over(self.data)
        marker = self.place.folder / "valkey.made-by"
        program = binaries.valkey(self.place, marker.read_text() if marker.exists() else None)
        marker.write_text(program.made_by)
        self._program = program.path
        settings = _SETTINGS | {"requirepass": self.home.secret(self.name)}
        lines = [f"{name} {value}" for name, value in settings.items()]
        write_private(self._configuration, "\n".join([*lines, ""]))
        self.hand_over(self._configuration)

    def command(self, port: int) -> Command:
        """Return the command that runs it."""
        return [self._program, self._configuration, "--port", str(port), "--dir", self.data]

    def answers(self, pid: int, port: int) -> bool:
        """Whether the server accepts the password and has loaded its data."""
        try:
            with socket.create_connection((HOST, port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.home.secret(self.name)}\r\nPING\r\n".encode())
                with connection.makefile("rb") as replies:
                    return replies.readline() == b"+OK\r\n" and replies.readline() == b"+PONG\r\n"
        except OSError:
            return False

    @property
    def _configuration(self) -> Path:
        return self.place.folder / "valkey.conf"
