import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask.testing import FlaskClient

from config import embedded, settings
from sandbox.toast.webhook.message import Message
from tasks import app as celery
from tasks import pending, ring
from tests.children import free_port
from tests.integration.tasks.asked import deliveries
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def private_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker of this module's own, which it may freeze."""
    home: Path = tmp_path_factory.mktemp("broker")
    for folder in (home, home.parent, home.parent.parent):
        folder.chmod(0o755)
    with embedded.servers(home, want_database=False) as found:
        yield found.broker_url
    embedded.discard(home)


def _point_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TAXPOYNT_BROKER_URL", url)
    monkeypatch.setenv("TAXPOYNT_REDIS_URL", url)
    settings.refresh()
    pending._flags.cache_clear()
    ring._bell.cache_clear()
    celery._after_fork()  # a child forgets its producers just so
    celery.conf.broker_url = url


@pytest.fixture
def broker(
    monkeypatch: pytest.MonkeyPatch, private_broker: str, shop: Shop
) -> Iterator[redis.Redis]:
    """The broker that the door signals to; the shop was opened before."""
    before = celery.conf.broker_url
    _point_at(monkeypatch, private_broker)
    inline, ring._inline = ring._inline, None
    with redis.Redis.from_url(private_broker) as client:
        client.flushdb()
        yield client
    ring._inline = inline
    monkeypatch.undo()
    settings.refresh()
    pending._flags.cache_clear()
    ring._bell.cache_clear()
    celery._after_fork()  # a child forgets its producers just so
    celery.conf.broker_url = before


def _messages(shop: Shop) -> Iterator[Message]:
    """Deliveries, each another one."""
    number = 0
    while True:
        for message in shop.messages():
            number += 1
            body = message.body.replace(message.guid.encode(), f"d{number}".encode(), 1)
            yield Message(
                f"d{number}",
                message.timestamp,
                message.category,
                message.kind,
                message.restaurant_guid,
                message.subject,
                body,
            )


def _knock(door: FlaskClient, shop: Shop, messages: Iterator[Message], times: int) -> list[float]:
    """Seconds that each of so many deliveries took; each is stored."""
    took = []
    for _ in range(times):
        message = next(messages)
        headers = message.headers(shop.secret, 1)
        started = time.perf_counter()
        answer = door.post(shop.address, data=message.body, headers=headers)
        took.append(time.perf_counter() - started)
        assert answer.status_code == 202
    return took


def test_a_stored_delivery_is_signalled_once_while_one_signal_is_pending(
    door: FlaskClient, shop: Shop, broker: redis.Redis
) -> None:
    _knock(door, shop, _messages(shop), 5)
    until(lambda: broker.llen("toast.events") >= 1, what="the signal")
    assert broker.llen("toast.events") <= 2
    assert len(deliveries(shop)) == 5


def test_while_the_broker_is_frozen_no_delivery_waits_for_it(
    door: FlaskClient, shop: Shop, broker: redis.Redis
) -> None:
    messages = _messages(shop)
    _knock(door, shop, messages, 80)
    pid = int(broker.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        frozen = _knock(door, shop, messages, 60)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert len(deliveries(shop)) == 140
    # Nobody waited for a time-out of the broker's client, which is a second; a machine may stall.
    assert sorted(frozen)[-3] < 0.9
    broker.flushdb()
    _knock(door, shop, messages, 1)
    until(lambda: broker.llen("toast.events") >= 1, what="the signal after the thaw")


def test_while_the_broker_is_down_deliveries_are_taken(
    door: FlaskClient, shop: Shop, broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    _point_at(monkeypatch, f"redis://127.0.0.1:{free_port()}/0")
    took = _knock(door, shop, _messages(shop), 20)
    assert len(deliveries(shop)) == 20
    assert sorted(took)[-3] < 0.9
