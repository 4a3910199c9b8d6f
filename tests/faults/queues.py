"""What the broker holds, and signals given to it by hand."""

import json
from collections import Counter
from threading import Event
from time import monotonic

import redis
from celery import Celery

from celeryconfig import task_queues
from tests.installation import Installation

# kombu's own names for what is delivered and not yet acknowledged.
UNACKED, _INDEX, _MUTEX = "unacked", "unacked_index", "unacked_mutex"
# Ours, and the one that is Celery's own where no route of ours leads.
_NAMES = (*(queue.name for queue in task_queues), "celery")
_LOOK_S = 0.05


def signal(installation: Installation, name: str, **kwargs: object) -> None:
    """Send a message as our own parts do, to the queue that our routes choose."""
    app = Celery("signals", set_as_current=False)
    app.config_from_object("celeryconfig")
    app.conf.broker_url = installation.servers.broker_url
    with app:
        app.send_task(name, kwargs=kwargs)


def waiting(installation: Installation) -> dict[str, int]:
    """Messages by queue, and those that nobody acknowledged; nothing of what is empty."""
    try:
        with installation.broker() as client:
            held = {queue.name: client.llen(queue.name) for queue in task_queues}
            held[UNACKED] = client.hlen(UNACKED)
    except redis.RedisError:
        return {"unknown": 1}
    return {name: count for name, count in held.items() if count}


def untaken(client: redis.Redis, patience_s: float = 30.0) -> dict[str, int]:
    """How many messages by queue are there now and still are so much later; `unacked` is one.

    What comes meanwhile isn't looked at: a timetable always has something to say.
    """
    left = _held(client)
    deadline = monotonic() + patience_s
    pause = Event()
    while left and monotonic() < deadline:
        left = {one: queue for one, queue in left.items() if one in _held(client)}
        pause.wait(_LOOK_S)
    return dict(Counter(left.values()))


def _held(client: redis.Redis) -> dict[bytes, str]:
    """Where each message is, by itself as it lies in its queue, or by its tag once it was taken."""
    held = {one: name for name in _NAMES for one in client.lrange(name, 0, -1)}
    return {**held, **dict.fromkeys(client.hkeys(UNACKED), UNACKED)}


def names(installation: Installation, queue: str) -> list[str]:
    """The tasks that wait in a queue, the one to be taken first at the end."""
    with installation.broker() as client:
        return [json.loads(one)["headers"]["task"] for one in client.lrange(queue, 0, -1)]


def age_unacked(installation: Installation) -> None:
    """Let the visibility timeout of what killed workers held pass now: nobody waits minutes.

    Messages that are being worked on are delivered a second time too, which must do no harm.
    """
    with installation.broker() as client:
        # Of a worker that was killed while it looked for what is overdue.
        client.delete(_MUTEX)
        for tag in client.zrange(_INDEX, 0, -1):
            client.zadd(_INDEX, {tag: 1.0}, xx=True)
