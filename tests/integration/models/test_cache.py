"""The cache: read through, made once, never out of date, and nothing but speed to lose."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
import redis

from config import clock, embedded
from config.settings import settings
from dashboard import counters
from models import cache

pytestmark = pytest.mark.usefixtures("database")

_numbers = count(1)
# A cache has a tenth of a second to answer; a busy machine takes longer over everything.
_MOMENT_S = 1.0


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.forget()
    yield
    cache.forget()


@pytest.fixture
def key() -> str:
    return f"place-{os.getpid()}-{next(_numbers)}"


class Making:
    """Makes a value and counts how often."""

    def __init__(self, value: Any = None, wait: Callable[[], Any] = lambda: None) -> None:
        self.value = {"name": "Soup", "price": "4.50"} if value is None else value
        self.wait = wait
        self.times = 0

    def __call__(self) -> Any:
        self.times += 1
        self.wait()
        return self.value


def _counted(result: str) -> float:
    return counters.reads.labels("menu", result)._value.get()


def test_what_was_made_is_found_by_whoever_asks_next(key: str) -> None:
    making, hits, misses = Making(), _counted("hit"), _counted("miss")
    for _ in range(4):
        assert cache.read("menu", key, 1, making) == making.value
    assert making.times == 1
    assert (_counted("hit") - hits, _counted("miss") - misses) == (3, 1)


def test_another_version_is_another_entry(key: str) -> None:
    assert cache.read("menu", key, 1, Making("old")) == "old"
    assert cache.read("menu", key, 2, Making("new")) == "new"
    assert cache.read("menu", key, 1, Making("never")) == "old"


def test_nothing_is_a_value_too(key: str) -> None:
    making = Making([])
    making.value = None
    assert cache.read("menu", key, 1, making) is None
    assert cache.read("menu", key, 1, making) is None
    assert making.times == 1


def test_many_who_ask_at_once_have_it_made_once(key: str) -> None:
    askers, asked = 8, Barrier(8)
    go = Event()
    making = Making(wait=lambda: go.wait(10))

    def ask(number: int) -> Any:
        asked.wait(10)
        if number == 0:
            # Whoever makes it is let go once the others have asked, too.
            ThreadPoolExecutor(1).submit(_once_they_wait, key, go)
        return cache.read("menu", key, 1, making)

    with ThreadPoolExecutor(askers) as pool:
        found = list(pool.map(ask, range(askers)))
    assert found == [making.value] * askers
    assert making.times == 1


def _once_they_wait(key: str, go: Event) -> None:
    with redis.Redis.from_url(settings().redis()) as client:
        for _ in range(10_000):
            if int(client.info("clients")["blocked_clients"]) >= 1:
                break
    go.set()


def test_a_maker_that_fails_leaves_the_next_one_to_it(key: str) -> None:
    def fail() -> None:
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        cache.read("menu", key, 1, Making(wait=fail))
    assert cache.read("menu", key, 1, Making("made")) == "made"


def test_garbage_is_made_anew(key: str) -> None:
    cache.read("menu", key, 1, Making("first"))
    with redis.Redis.from_url(settings().redis()) as client:
        client.set(f"cache:menu:{key}:1", b"\xff{")
    assert cache.read("menu", key, 1, Making("second")) == "second"
    assert cache.read("menu", key, 1, Making("third")) == "second"


def test_without_a_cache_all_is_made_and_it_is_not_asked_each_time(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "settings", lambda: _Pointed("redis://127.0.0.1:1/0"))
    making, before = Making(), _counted("away")
    with clock.frozen(clock.now()):
        assert [cache.read("menu", key, 1, making) for _ in range(3)] == [making.value] * 3
    assert (making.times, _counted("away") - before) == (3, 3)
    monkeypatch.undo()
    cache.forget()
    assert cache.read("menu", key, 1, making) == making.value
    assert cache.read("menu", key, 1, Making("never")) == making.value


class _Pointed:
    def __init__(self, url: str) -> None:
        self._url = url

    def redis(self) -> str:
        return self._url


@contextmanager
def _apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A cache of its own, to be frozen; its process."""
    folder.chmod(0o755)
    with embedded.servers(folder, want_database=False) as apart:
        pointed = _Pointed(apart.broker_url)
        monkeypatch.setattr(cache, "settings", lambda: pointed)
        with redis.Redis.from_url(apart.broker_url) as client:
            pid = int(client.info("server")["process_id"])
        yield pid


def test_a_frozen_cache_holds_up_one_reader_for_a_moment(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _apart(tmp_path, monkeypatch) as pid:
        cache.read("menu", key, 1, Making("kept"))
        os.kill(pid, signal.SIGSTOP)
        try:
            making, began = Making("made"), clock.monotonic()
            assert [cache.read("menu", key, 1, making) for _ in range(5)] == ["made"] * 5
            assert clock.monotonic() - began < _MOMENT_S
        finally:
            os.kill(pid, signal.SIGCONT)
        # Only the first one asked: the others left it alone.
        assert not cache._breaker.closed()
        cache.forget()
        assert cache.read("menu", key, 1, Making("never")) == "kept"


def test_a_cache_that_freezes_while_something_is_made_is_waited_for_no_longer(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _apart(tmp_path, monkeypatch) as pid:
        making, began = Making("made", wait=lambda: os.kill(pid, signal.SIGSTOP)), clock.monotonic()
        try:
            assert cache.read("menu", key, 1, making) == "made"
            assert clock.monotonic() - began < _MOMENT_S
        finally:
            os.kill(pid, signal.SIGCONT)
        assert making.times == 1
