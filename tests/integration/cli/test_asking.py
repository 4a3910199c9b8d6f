"""Whether somebody is up to do the work: known at once where nobody can be."""

import time
from urllib.parse import urlsplit

import pytest
import redis
from kombu import Connection

from cli import asking
from cli.pulling import workers
from config.settings import settings
from tasks import app

_RIGHTS = ("on", ">limited", "~*", "&*", "+@all", "-pubsub|numpat")

# Longer than it takes a busy machine to ask the broker who listens.
_PATIENCE_S = 1.5

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PATIENCE_S", (_PATIENCE_S,))


def _take() -> tuple[bool, bool]:
    """Whether a worker was found, and whether somebody was asked."""
    began = time.monotonic()
    return workers.take("invoice.orders"), time.monotonic() - began >= _PATIENCE_S


def test_without_a_listener_nobody_is_asked() -> None:
    assert _take() == (False, False)


def test_a_listener_of_another_program_is_asked_in_vain() -> None:
    with redis.Redis.from_url(settings().redis()) as other, other.pubsub() as ears:
        ears.psubscribe("somebody.else.*")
        ears.get_message(timeout=5)
        assert _take() == (False, True)


def test_who_may_not_know_whether_somebody_listens_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    url = settings().redis()
    at = urlsplit(url)
    with redis.Redis.from_url(url) as broker:
        broker.execute_command("ACL", "SETUSER", "limited", *_RIGHTS)
        limited = f"redis://limited:limited@{at.hostname}:{at.port}{at.path}"
        monkeypatch.setattr(app, "connection_for_write", lambda: Connection(limited))
        try:
            assert _take() == (False, True)
        finally:
            broker.execute_command("ACL", "DELUSER", "limited")


def test_a_broker_that_does_not_say_who_listens_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "connection_for_write", lambda: Connection("memory://"))
    assert _take() == (False, True)
