"""The embedded PostgreSQL."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from config.embedded import binaries
from config.embedded.errors import EmbeddedServerError, with_log
from config.embedded.home import write_private
from config.embedded.locks import FileLock
from config.embedded.ports import HOST
from config.embedded.processes import works_in
from config.embedded.server import Command, Server

_NAME = "taxpoynt"  # of the role and of the database
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and rows hold merchants' data, which belongs in no log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# macOS has no C.UTF-8 of its own; PostgreSQL 17 and newer bring one.
_LOCALE = (
    ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    if sys.platform == "darwin"
    else ("--locale=C.UTF-8",)
)
_INITDB = ("-E", "UTF8", *_LOCALE, "--no-sync", "--no-instructions")
_LZ4 = "default_toast_compression=lz4"


class Postgres(Server):
    """A private PostgreSQL with one role and one database."""

    name = "postgres"
    stop_signal = signal.SIGINT  # ends open sessions, then shuts down cleanly

    @property
    def url(self) -> str:
        """Where SQLAlchemy connects."""
        secret = self.home.secret(self.name)
        return f"postgresql+psycopg2://{_NAME}:{secret}@{HOST}:{self.port}/{_NAME}"

    def prepare(self, lock: FileLock) -> None:
        """Make the cluster if there is none; clear what a killed server left behind."""
        version = self.data / "PG_VERSION"
        made_by = f"PostgreSQL {version.read_text().strip()}" if version.exists() else None
        self._program = binaries.postgres(self.place, made_by).path
        if made_by is None:
            self._make_cluster(lock)
        elif not self.home.secret_file(self.name).exists():
            raise EmbeddedServerError(
                f"The password of {self.data} is missing: restore "
                f"{self.home.secret_file(self.name)}, or remove {self.data} to begin anew."
            )
        self._forget_dead_server()
        self._compression = [_LZ4] if self._accepts(_LZ4, lock) else []

    def command(self, port: int) -> Command:
        """Return the command that runs it: TCP on loopback, no Unix socket."""
        settings = [f"{name}={value}" for name, value in _SETTINGS.items()] + self._compression
        options = [part for setting in settings for part in ("-c", setting)]
        return [self._program, "-D", self.data, "-h", HOST, "-p", str(port), "-k", "", *options]

    def answers(self, pid: int, port: int) -> bool:
        """Whether the server says so in its lock file, which is what pg_ctl goes by."""
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _forget_dead_server(self) -> None:
        # PostgreSQL refuses to start while a process has the number of the killed server, be it
        # that server's zombie or, after a restart of the machine, any other program.
        lines = self._pid_file_lines()
        if lines and not works_in(int(lines[0]), self.data):
            (self.data / "postmaster.pid").unlink()

    def _accepts(self, setting: str, lock: FileLock) -> bool:
        probe: Command = [self._program, "-D", self.data, "-C", "port", "-c", setting]
        return self.run(probe, lock, log=subprocess.DEVNULL).wait() == 0

    def _make_cluster(self, lock: FileLock) -> None:
        """Make it under another name, so that a kill leaves nothing half-made."""
        for leftover in self.place.folder.glob("postgres.new-*"):
            shutil.rmtree(leftover)
        draft = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.place.folder))
        draft.chmod(0o711)
        cluster, password, statement = draft / "cluster", draft / "password", draft / "statement"
        cluster.mkdir()
        write_private(password, self.home.secret(self.name))
        write_private(statement, f"CREATE DATABASE {_NAME}\n")
        for path in (cluster, password, statement):
            self.hand_over(path)
        initdb = self._program.with_name("initdb")
        access: Command = ["-U", _NAME, "-A", "scram-sha-256", "--pwfile", password]
        self._finish([initdb, "-D", cluster, *access, *_INITDB], lock)
        create: Command = ["--single", "-D", cluster, "-c", "exit_on_error=on", "postgres"]
        self._finish([self._program, *create], lock, statement)
        cluster.rename(self.data)
        shutil.rmtree(draft)

    def _finish(self, command: Command, lock: FileLock, stdin: Path | None = None) -> None:
        log = self.home.fresh_log(self.name)
        written = log.stat().st_size if log.exists() else 0
        if self.run(command, lock, stdin=stdin).wait() != 0:
            raise EmbeddedServerError(with_log("PostgreSQL cannot make its files.", log, written))
