"""A real Redis-compatible server for the shared budget."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config import embedded


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="taxpoynt-budget-"))
    home.chmod(0o755)
    with embedded.servers(home, want_database=False) as found:
        yield found.broker_url
    embedded.discard(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def broker(broker_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(broker_url) as client:
        client.flushdb()
        yield client
