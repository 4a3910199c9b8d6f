"""Our transport: what is sent by hand is what Celery sends, and what comes back is counted."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import redis
from celery import Celery
from kombu import Connection, Consumer, Exchange, Queue

from tasks import app, dead, message
from tasks.transport import Transport
from tests.faults.broker import poison
from tests.faults.broker.ground import Ground, ground

_QUEUE = Queue("upkeep", Exchange("", type="direct"), routing_key="upkeep")


@pytest.fixture
def made(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A broker that nobody else listens to, which the application sends to."""
    with ground() as found:
        monkeypatch.setattr(app.conf, "broker_url", found.broker.url)
        dead._client.cache_clear()
        yield found
    dead._client.cache_clear()


def received(connection: Connection, most: int = 1) -> list[Any]:
    """Messages as a worker gets them, not acknowledged."""
    found: list[Any] = []
    channel = connection.default_channel
    with Consumer(channel, [_QUEUE], on_message=found.append, auto_declare=False):
        while len(found) < most:
            connection.drain_events(timeout=5)
    return found


_WHERE = {"connection_id": 7, "platform": "toast"}


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("handle.events", _WHERE),
        ("sites.list", {"connection_id": 2**62, "platform": "toast"}),
        ("sweep.prune", {}),
        ("invoice.orders", {"connection_id": 7}),
        # Longer than Celery shows.
        ("refetch.events", {**_WHERE, "many": list(range(10**6, 10**6 + 200))}),
    ],
)
def test_what_is_sent_is_what_celery_would_have_sent(
    made: Ground, name: str, kwargs: dict[str, Any]
) -> None:
    # As the web does, which knows no task: limits and results are the worker's to say.
    stranger = Celery("stranger", set_as_current=False)
    stranger.config_from_object("celeryconfig")
    route = app.conf.task_routes[0]
    queue = route(name, (), kwargs, {})["queue"]
    with Connection(made.broker.url) as connection:
        stranger.send_task(name, kwargs=kwargs, retry=False, connection=connection)
    message.send(name, kwargs)
    ours, theirs = (json.loads(raw) for raw in made.redis.lrange(queue, 0, -1))
    assert made.redis.llen(queue) == 2
    assert ours["headers"]["id"] != theirs["headers"]["id"]
    for each in (ours, theirs):
        known = each["headers"].pop("id")
        assert each["headers"].pop("root_id") == known
        assert each["properties"].pop("correlation_id") == known
        assert each["properties"].pop("delivery_tag")
        # Who would hear of a result, an application and its thread: nobody does.
        assert each["properties"].pop("reply_to")
    assert ours["headers"] == theirs["headers"]
    assert ours == theirs


def test_the_transport_is_ours(made: Ground) -> None:
    for url in (made.broker.url, made.broker.url.replace("redis:", "rediss:")):
        assert Connection(url).transport_cls in {"redis", "rediss"}
        assert isinstance(Connection(url).transport, Transport)
    with Connection(made.broker.url) as connection:
        channel = connection.default_channel
        with channel.conn_or_acquire() as first, channel.conn_or_acquire() as second:
            assert first is second


def test_what_a_worker_hands_back_in_order_counts_no_loss(made: Ground) -> None:
    made.push("upkeep", poison.raw(poison.message()))
    with Connection(made.broker.url) as connection:
        assert len(received(connection)) == 1
        assert made.redis.hlen("unacked") == 1
    [raw] = made.redis.lrange("upkeep", 0, -1)
    assert json.loads(raw)["headers"]["redelivered"] is True
    assert "losses" not in json.loads(raw)["headers"]


def test_closing_a_connection_whose_transport_is_gone_already_ends_nobody(made: Ground) -> None:
    made.push("upkeep", poison.raw(poison.message()))
    with Connection(made.broker.url) as connection:
        assert received(connection)
        # As Celery collects a connection that broke, when that fails halfway.
        connection.transport.client = None
        connection.close()
    assert made.redis.hlen("unacked") == 1


def test_each_loss_is_counted_in_the_message(made: Ground) -> None:
    made.push("upkeep", poison.raw(poison.message()))
    with Connection(made.broker.url) as connection:
        for losses in (1, 2):
            [one] = received(connection)
            one.reject(requeue=True)
            [raw] = made.redis.lrange("upkeep", 0, -1)
            assert json.loads(raw)["headers"]["losses"] == losses
    options = {"visibility_timeout": 0}
    with Connection(made.broker.url, transport_options=options) as impatient:
        received(impatient)
        channel = impatient.default_channel
        channel.qos.restore_visible(interval=1)
        [raw] = made.redis.lrange("upkeep", 0, -1)
        assert json.loads(raw)["headers"]["losses"] == 3
        channel.qos._delivered.clear()


def test_one_garbled_while_it_was_out_stops_no_other(made: Ground) -> None:
    made.redis.zadd("unacked_index", {"garbled": 1, "good": 2})
    made.redis.hset("unacked", "garbled", b"{no json")
    good = json.dumps([poison.message(), "", "upkeep"])
    made.redis.hset("unacked", "good", good)
    with Connection(made.broker.url) as connection:
        connection.default_channel.qos.restore_visible(interval=1)
    assert made.redis.llen("upkeep") == 1
    assert made.redis.hlen("unacked") == made.redis.zcard("unacked_index") == 0
    assert [dead.opened(each)["body"] for each in dead.oldest(9)] == [b"{no json"]


def test_a_broadcast_that_is_garbled_ends_nobody(made: Ground) -> None:
    fanout = Exchange("reply", type="fanout")
    queue = Queue("listening", fanout)
    heard: list[Any] = []
    with (
        Connection(made.broker.url) as connection,
        Consumer(connection.default_channel, [queue], on_message=heard.append),
    ):
        # It subscribes.
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.2)
        for each in (b"[1]", b"{}", b"null", b"\xff", b'{"properties": 1}'):
            made.redis.publish("/0.reply", each)
        made.redis.publish("/0.reply", json.dumps(poison.message()))
        while not heard:
            connection.drain_events(timeout=5)


def test_poison_before_a_good_message_is_passed_over(made: Ground) -> None:
    broken = [each for each in poison.every() if each.code == "message.garbled"]
    made.push("upkeep", *(each.raw for each in broken), poison.raw(poison.message()))
    with Connection(made.broker.url) as connection:
        [one] = received(connection)
        one.ack()
    found = [dead.opened(each) for each in dead.oldest(99)]
    assert [each["body"] for each in found] == [each.raw[: dead.KEPT_BYTES] for each in broken]
    assert made.redis.hlen("unacked") == 0


def test_a_broker_that_is_away_is_an_error(made: Ground) -> None:
    made.broker.child.kill()
    with pytest.raises(redis.RedisError):
        message.send("sweep.prune", {})
