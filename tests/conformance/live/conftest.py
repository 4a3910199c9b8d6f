"""A stand for each platform, and each of its streams in turn."""

from collections.abc import Iterator

import pytest
import redis

from config.settings import settings
from connectors import platforms
from tasks import ring
from tests.conformance.live.stand import Stand, opened
from tests.conformance.live.stand import told as told_of

STREAMS = [
    pytest.param((platform.name, stream), id=f"{platform.name}-{stream}")
    for platform in platforms().values()
    for stream in platform.streams
]
TOLD = [
    pytest.param((name, stream), id=f"{name}-{stream}")
    for name in platforms()
    for stream in told_of(name)
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `stream` is run for all that there are, or that are `told`."""
    if "stream" in metafunc.fixturenames:
        metafunc.parametrize("of_platform", STREAMS, indirect=True)
    elif "told" in metafunc.fixturenames:
        metafunc.parametrize("of_platform", TOLD, indirect=True)
    elif "stand" in metafunc.fixturenames:
        metafunc.parametrize("of_platform", list(platforms()), indirect=True)


@pytest.fixture
def of_platform(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The names of a platform and, where one is asked for, of a stream."""
    asked = request.param
    return asked if isinstance(asked, tuple) else (asked, "")


@pytest.fixture
def stream(of_platform: tuple[str, str]) -> str:
    return of_platform[1]


@pytest.fixture
def told(of_platform: tuple[str, str]) -> str:
    return of_platform[1]


@pytest.fixture
def stand(database: str, of_platform: tuple[str, str]) -> Iterator[Stand]:
    """A connected merchant; signals go nowhere, and nothing of the budget is used up."""
    with redis.Redis.from_url(settings().redis()) as client:
        for key in client.scan_iter("budget:*"):
            client.delete(key)
    with ring.inline(lambda _name, _arguments: None), opened(of_platform[0])() as made:
        yield made
