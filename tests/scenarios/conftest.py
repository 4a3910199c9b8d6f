"""A whole installation of its own: servers, web, workers and beat, as processes that can die."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests

from config import embedded, settings
from models import session
from tests.children import TAXPOYNT, Child, free_port
from tests.waiting import until


class Installation:
    """Parts run as `taxpoynt <part>` over one home; rows are read straight from its database."""

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
        until(lambda: self._healthy(started), what="the web to answer", timeout_s=60)
        return started

    def worker(self, name: str, *queues: str) -> Child:
        """A worker, once it takes work."""
        served = ["--queues", ",".join(queues)] if queues else []
        started = self.part("worker", "--name", name, *served, name=name)
        until(lambda: started.says(" ready."), what=f"worker {name}", timeout_s=60)
        return started

    def taxpoynt(self, *argv: str, name: str = "command") -> Child:
        """A command, running."""
        return self.part(*argv, name=name)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        url = self.servers.database_url.replace("+psycopg2", "")
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def note(self, text: str) -> None:
        """Say something that a failure's report should show."""
        sys.stdout.write(text + "\n")

    def one(self, statement: str, *values: Any) -> Any:
        """The one value that a query finds."""
        return self.rows(statement, *values)[0][0]

    def _healthy(self, web: Child) -> bool:
        assert web.alive, web.log.read_text()[-3000:]
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Servers and tables of a new home; this process's settings point at it too."""
    home = Path(tempfile.mkdtemp(prefix="taxpoynt-scenario-"))
    home.chmod(0o755)
    before = {key: os.environ.get(key) for key in os.environ if key.startswith("TAXPOYNT_")}
    with ExitStack() as held:
        held.callback(shutil.rmtree, home, ignore_errors=True)
        held.callback(embedded.discard, home)
        servers = held.enter_context(embedded.servers(home))
        made = Installation(home, servers, held)
        held.callback(_restore, before)
        _use(made.env)
        migrate = made.taxpoynt("migrate", name="migrate")
        until(lambda: not migrate.alive, what="the migration", timeout_s=60)
        yield made


def _use(env: dict[str, str | None] | dict[str, str]) -> None:
    session.engine.cache_clear()
    for key, value in env.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
    settings.refresh()


def _restore(before: dict[str, str | None]) -> None:
    session.engine().dispose()
    for key in [key for key in os.environ if key.startswith("TAXPOYNT_")]:
        del os.environ[key]
    session.engine.cache_clear()
    os.environ.update({k: v for k, v in before.items() if v is not None})
    settings.settings.cache_clear()
