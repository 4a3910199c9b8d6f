"""What the broker holds, and signals given to it by hand."""

import json

import redis
from celery import Celery

from celeryconfig import task_queues
from tests.installation import Installation

# kombu's own names for what is delivered and not yet acknowledged.
UNACKED, _INDEX, _MUTEX = "unacked", "unacked_index", "unacked_mutex"


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
