"""One database and one broker that listen on the hub, and this process's way to them."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import redis

from config import settings
from config.embedded.home import Home
from config.embedded.postgres import Postgres
from config.embedded.server import Command
from config.embedded.valkey import Valkey
from tests.bench.scale.hosts import HUB, NETWORK


class _HubPostgres(Postgres):
    def command(self, port: int) -> Command:
        listen = f"listen_addresses=127.0.0.1,{HUB}"
        room = ["-c", "max_wal_size=4GB", "-c", "shared_buffers=512MB"]
        return [*super().command(port), "-c", listen, *room]


class _HubValkey(Valkey):
    def command(self, port: int) -> Command:
        return [*super().command(port), "--bind", "127.0.0.1", HUB]


@dataclass(frozen=True)
class Hub:
    """What worker hosts are told, and the processes that serve them."""

    home: Path
    database_url: str
    broker_url: str
    postgres_pid: int
    valkey_pid: int

    @property
    def env(self) -> dict[str, str]:
        """The environment of every part."""
        return {
            "TAXPOYNT_HOME": str(self.home),
            "TAXPOYNT_DATABASE_URL": self.database_url,
            "TAXPOYNT_BROKER_URL": self.broker_url,
            "TAXPOYNT_LOG_LEVEL": "INFO",
        }

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement in a transaction of its own."""
        connection = psycopg2.connect(self.database_url.replace("+psycopg2", ""))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def vacuum(self) -> None:
        """As autovacuum leaves it."""
        connection = psycopg2.connect(self.database_url.replace("+psycopg2", ""))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()

    def broker(self) -> redis.Redis:
        """A client of the broker."""
        return redis.Redis.from_url(self.broker_url)


@contextmanager
def hub() -> Iterator[Hub]:
    """Both servers with migrated tables; this process's settings point at them."""
    home = Path(tempfile.mkdtemp(prefix="taxpoynt-scale-"))
    home.chmod(0o755)
    with ExitStack() as held:
        held.callback(shutil.rmtree, home, ignore_errors=True)
        place = Home(home)
        place.make()
        postgres, valkey = _HubPostgres(place), _HubValkey(place)
        for server in (postgres, valkey):
            server.start()
            held.callback(server.stop)
        _let_hosts_in(postgres)
        made = Hub(
            home,
            _at_hub(postgres.url),
            _at_hub(valkey.url),
            postgres.pid or 0,
            valkey.pid or 0,
        )
        os.environ.update(made.env)
        settings.refresh()
        _migrate()
        yield made


def _at_hub(url: str) -> str:
    return url.replace("127.0.0.1", HUB)


def _let_hosts_in(postgres: Postgres) -> None:
    with (postgres.data / "pg_hba.conf").open("a") as file:
        file.write(f"host all all {NETWORK} scram-sha-256\n")
    os.kill(postgres.pid or 0, signal.SIGHUP)


def _migrate() -> None:
    from config import logging
    from models import migrations

    logging.configure("WARNING")
    migrations.upgrade()
