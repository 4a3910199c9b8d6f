"""Looking at the servers of a home, and into them."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2.extensions import cursor as Cursor  # type: ignore[import-untyped]
from redis import Redis

from config.embedded import Servers
from config.embedded.locks import FileLock


def recorded(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "run/servers.json").read_text())
    return found


def is_gone(home: Path, *names: str) -> bool:
    """Whether no process holds the locks of these: keeper, postgres, valkey."""
    for name in names or ("keeper", "postgres", "valkey"):
        with FileLock.at(home / "run" / f"{name}.lock") as lock:
            if not lock.try_take():
                return False
    return True


def descendants(pid: int) -> list[int]:
    """The processes that ``pid`` started, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def kill_all(home: Path) -> None:
    """End keeper, servers and the servers' own processes at once, by kill -9."""
    keeper = recorded(home)["keeper"]
    for pid in (keeper, *descendants(keeper)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def database(found: Servers) -> Iterator[Cursor]:
    connection = psycopg2.connect(found.database_url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextlib.contextmanager
def broker(found: Servers) -> Iterator[Redis]:
    with Redis.from_url(found.broker_url, decode_responses=True) as client:
        yield client


def both_answer(found: Servers) -> bool:
    with database(found) as cursor, broker(found) as client:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,) and bool(client.ping())
