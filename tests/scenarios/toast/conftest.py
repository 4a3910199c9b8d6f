"""A kitchen a test, whose calls nobody counts unless limits are what is tested."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import count

import pytest
import redis

from config.settings import settings
from tasks import ring
from tests.scenarios.toast.kitchen import Kitchen, open_kitchen

_numbers = count(1)


def named() -> str:
    """A name that no other connection has: settings given again would go on where it was."""
    return f"kitchen {next(_numbers)}"


def quiet() -> AbstractContextManager[None]:
    """Signals go nowhere: a test does by itself what it asks for."""
    return ring.inline(lambda name, kwargs: None)


@pytest.fixture(autouse=True)
def _unblocked(database: str) -> None:
    """What one test used up of our address is no concern of the next."""
    with redis.Redis.from_url(settings().redis()) as client:
        for key in client.scan_iter("budget:*"):
            client.delete(key)


@pytest.fixture
def kitchen(database: str) -> Iterator[Kitchen]:
    """One place, connected."""
    with quiet(), open_kitchen(name=named()) as opened:
        yield opened
