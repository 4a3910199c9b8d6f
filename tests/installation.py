"""A whole installation of its own: servers, web, workers and beat, as processes that can die."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import redis
import requests

from cli.ground import have_first_organization
from config import embedded, settings
from config.embedded.home import Home
from models import migrations, session
from tasks import dead, pending, reach
from tests.children import TAXPOYNT, Child, free_port
from tests.waiting import until


class Installation:
    """Parts run as `taxpoynt <part>` over one home; rows are read straight from its database.

    `env` is what parts are told: a test may point `TAXPOYNT_DATABASE_URL` or `TAXPOYNT_BROKER_URL`
    at a proxy before it starts them.
    """

    def __init__(self, home: Path, servers: embedded.Servers, held: ExitStack) -> None:
        self.home = home
        self.servers = servers
        self._held = held
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            "TAXPOYNT_HOME": str(home),
            "TAXPOYNT_DATABASE_URL": servers.database_url,
            "TAXPOYNT_BROKER_URL": servers.broker_url,
            "TAXPOYNT_PUBLIC_URL": self.url,
        }

    def part(self, *argv: str, name: str) -> Child:
        """Start a part; it ends with the test."""
        log = self.home / f"{name}.log"
        started = Child([*TAXPOYNT, *argv], log=log, env=self.env)
        self._held.callback(started.end, grace_s=5)
        return started

    def web(self) -> Child:
        """The web, once it answers."""
        started = self.part("web", "--port", str(self.port), name="web")
        until(lambda: self.healthy(started), what="the web to answer", timeout_s=60)
        return started

    def worker(self, name: str, *queues: str) -> Child:
        """A worker, once it takes work."""
        served = ["--queues", ",".join(queues)] if queues else []
        started = self.part("worker", "--name", name, *served, name=name)
        until(lambda: started.says(" ready."), what=f"worker {name}", timeout_s=60)
        return started

    def beat(self, name: str = "beat") -> Child:
        """The timetable."""
        return self.part("beat", name=name)

    def taxpoynt(self, *argv: str, name: str = "command") -> Child:
        """A command, running."""
        return self.part(*argv, name=name)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        url = self.servers.database_url.replace("+psycopg2", "")
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def statements(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """Runs statements, each in a transaction of its own, on one connection."""
        connection = psycopg2.connect(self.servers.database_url.replace("+psycopg2", ""))
        connection.autocommit = True

        def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []

        try:
            yield run
        finally:
            connection.close()

    def one(self, statement: str, *values: Any) -> Any:
        """The one value that a query finds."""
        return self.rows(statement, *values)[0][0]

    def note(self, text: str) -> None:
        """Say something that a failure's report should show."""
        sys.stdout.write(text + "\n")

    def broker(self) -> redis.Redis:
        """A client of the broker; it gives up soon."""
        return redis.Redis.from_url(
            self.servers.broker_url, socket_timeout=2, socket_connect_timeout=2
        )

    def pid(self, server: str) -> int:
        """The process of `postgres` or `valkey`."""
        return Home(self.home).remembered(f"{server}.pid") or 0

    @contextmanager
    def frozen(self, server: str) -> Iterator[None]:
        """Inside, `postgres` (all its processes) or `valkey` takes connections but does nothing."""
        with frozen(self.pid(server)):
            yield

    def kill(self, server: str) -> None:
        """The server dies without a word; its keeper starts it again at the same address."""
        before = self.pid(server)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(server) != before, what=f"another {server}", timeout_s=60)
        until(lambda: self.answers(server), what=f"{server} to be back", timeout_s=60)

    def answers(self, server: str) -> bool:
        """Whether a server does its work."""
        try:
            if server == "valkey":
                return bool(self.broker().ping())
            return bool(self.one("SELECT 1") == 1)
        except (psycopg2.Error, redis.RedisError):
            return False

    def healthy(self, web: Child) -> bool:
        """Whether the web answers. Raises: AssertionError with its log once it has ended."""
        assert web.alive, web.log.read_text()[-3000:]
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Inside, a process and all below it stand still; each of PostgreSQL's leads its own group."""
    top = psutil.Process(pid)
    # The parent first, so that nothing is born meanwhile.
    stopped = []
    for each in (top, *top.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            each.suspend()
            stopped.append(each)
    try:
        yield
    finally:
        for each in reversed(stopped):
            with suppress(psutil.NoSuchProcess):
                each.resume()


@contextmanager
def installed() -> Iterator[Installation]:
    """Servers and tables of a new home; this process's settings point at it too."""
    home = Path(tempfile.mkdtemp(prefix="taxpoynt-installation-"))
    home.chmod(0o755)
    before = {key: os.environ.get(key) for key in os.environ if key.startswith("TAXPOYNT_")}
    with ExitStack() as held:
        held.callback(shutil.rmtree, home, ignore_errors=True)
        held.callback(embedded.discard, home)
        servers = held.enter_context(embedded.servers(home))
        made = Installation(home, servers, held)
        held.callback(_restore, before)
        _use(made.env)
        # As `taxpoynt migrate` does, without the seconds that a process takes to start.
        migrations.upgrade()
        have_first_organization()
        yield made


def _use(env: dict[str, str]) -> None:
    _forget_clients()
    os.environ.update(env)
    settings.refresh()


def _restore(before: dict[str, str | None]) -> None:
    session.engine().dispose()
    for key in [key for key in os.environ if key.startswith("TAXPOYNT_")]:
        del os.environ[key]
    _forget_clients()
    os.environ.update({k: v for k, v in before.items() if v is not None})
    settings.settings.cache_clear()


def _forget_clients() -> None:
    """What this process knows of servers that are others than from now on."""
    for known in (session.engine, reach._redis, pending._flags, dead._client):
        known.cache_clear()
