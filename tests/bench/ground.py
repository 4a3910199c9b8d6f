"""Servers in a temporary home for as long as a bench runs, with one migrated database."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import redis

from config import embedded, settings
from config.embedded.home import Home
from tests.waiting import until


@dataclass(frozen=True)
class Ground:
    """Where everything is; every contestant stands on the same servers."""

    home: Path
    dsn: str
    broker_url: str

    @property
    def other_broker_url(self) -> str:
        """A database of the broker for those who aren't us."""
        return self.broker_url.rsplit("/", 1)[0] + "/1"

    def pid(self, server: str) -> int:
        """The process of `postgres` or `valkey`."""
        return Home(self.home).remembered(f"{server}.pid") or 0

    def log(self, name: str) -> Path:
        """Where a child writes."""
        return self.home / "logs" / f"{name}.log"

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement in a transaction of its own."""
        connection = psycopg2.connect(self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def forget_messages(self) -> None:
        """Empty the broker, so that no round pays for what another one left."""
        with redis.Redis.from_url(self.broker_url) as client:
            client.flushall()

    @contextmanager
    def frozen_broker(self) -> Iterator[None]:
        """The broker takes connections but does nothing."""
        pid = self.pid("valkey")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def ground() -> Iterator[Ground]:
    """The servers; this process's environment and settings point at them."""
    home = Path(tempfile.mkdtemp(prefix="taxpoynt-bench-"))
    home.chmod(0o755)
    try:
        _note_commits(home)
        with embedded.servers(home) as servers:
            os.environ.update(
                TAXPOYNT_HOME=str(home),
                TAXPOYNT_DATABASE_URL=servers.database_url,
                TAXPOYNT_BROKER_URL=servers.broker_url,
                TAXPOYNT_LOG_LEVEL="WARNING",
            )
            settings.refresh()
            _migrate()
            dsn = servers.database_url.replace("+psycopg2", "")
            yield Ground(home, dsn, servers.broker_url)
    finally:
        embedded.discard(home)
        shutil.rmtree(home, ignore_errors=True)


def _note_commits(home: Path) -> None:
    """Have the server remember when each transaction was committed: it asks for a new start."""
    with embedded.servers(home, want_broker=False) as servers:
        connection = psycopg2.connect(servers.database_url.replace("+psycopg2", ""))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        connection.close()
    until(lambda: embedded.running(home) is None, what="the server to stop")


def _migrate() -> None:
    from config import logging
    from models import migrations

    logging.configure("WARNING")
    migrations.upgrade()
