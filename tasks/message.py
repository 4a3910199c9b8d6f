"""Puts a task's message into a Redis queue as Celery would, at a fifth of what Celery takes for it.

A signal is a few ids. Celery routes, declares, copies and dispatches for each; here what differs is
filled in. A test holds both side by side.
"""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

import msgspec
import redis
from celery.utils.nodenames import anon_nodename
from celery.utils.saferepr import saferepr

from tasks import app

# A publisher waits no longer for a broker that is away: what it signals is stored.
_ANSWER_S = 1
_NOTHING = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def send(name: str, kwargs: Mapping[str, Any], task_id: str | None = None) -> int | None:
    """Queue one; returns its number there, None where queues are no lists of Redis.

    Raises: RedisError.
    """
    where = _at(str(app.conf.broker_url))
    if where is None:
        return None
    queue = where.route(name, (), kwargs, {})["queue"]
    number: Any = where.client.eval(
        _PUSH, 2, _sent(queue), queue, envelope(name, kwargs, queue, task_id)
    )
    return int(number)


def still_waits(name: str, kwargs: Mapping[str, Any], number: int) -> bool:
    """Whether a message of that number is still in its queue; false where that can't be told.

    Numbers are given in the queue's order: of those that were sent, as many of the last are there
    as it is long. What others put there counts as ours: then one is thought to wait that was taken
    a moment ago. One that kombu put back is thought to be taken. Raises: RedisError.
    """
    where = _at(str(app.conf.broker_url))
    if where is None or not number:
        return False
    queue = where.route(name, (), kwargs, {})["queue"]
    with where.client.pipeline() as both:
        both.get(_sent(queue))
        both.llen(queue)
        sent, length = (int(found or 0) for found in both.execute())
    # A broker that lost everything counts from one again.
    return sent - length < number <= sent


# In one step, so that numbers are in the queue's order. It costs a client what a push alone does.
_PUSH = """
local number = redis.call('incr', KEYS[1])
redis.call('lpush', KEYS[2], ARGV[1])
return number
"""


def _sent(queue: str) -> str:
    """Where it is counted how many we put into a queue."""
    return f"sent:{queue}"


def somebody_waits(name: str, kwargs: Mapping[str, Any]) -> bool | None:
    """Whether a message waits in the lane of a task, of whatever platform: one worker serves all.

    None where that is no list of Redis. Raises: RedisError.
    """
    where = _at(str(app.conf.broker_url))
    if where is None:
        return None
    found: Any = where.client.exists(*_lane(where.route(name, (), kwargs, {})["queue"]))
    return bool(found)


def _lane(queue: str) -> list[str]:
    """The queues of a lane, such as `toast.events` and those of other platforms."""
    lane = queue.rpartition(".")[2]
    return [one.name for one in app.conf.task_queues if one.name.rpartition(".")[2] == lane]


def envelope(name: str, kwargs: Mapping[str, Any], queue: str, task_id: str | None = None) -> bytes:
    """The message of a task, in kombu's envelope."""
    task_id, parent = task_id or str(uuid4()), app.current_worker_task
    body = json.dumps([[], kwargs, _NOTHING]).encode()
    headers: dict[str, Any] = {
        **{"lang": "py", "task": name, "id": task_id, "shadow": None, "eta": None},
        **{"expires": None, "group": None, "group_index": None, "retries": 0},
        "timelimit": [None, None],
        "root_id": (parent.request.root_id or parent.request.id) if parent else task_id,
        "parent_id": parent.request.id if parent else None,
        "argsrepr": "()",
        "kwargsrepr": _short(kwargs),
        "origin": anon_nodename(),
        # The worker's task says.
        "ignore_result": None,
        **{"replaced_task_nesting": 0, "stamped_headers": None, "stamps": {}},
    }
    return msgspec.json.encode(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers,
            "properties": {
                "correlation_id": task_id,
                "reply_to": app.thread_oid,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": queue},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": str(uuid4()),
            },
        }
    )


def _short(kwargs: Mapping[str, Any]) -> str:
    """As Celery shows them; of ids and words that is `repr`, unless they are many."""
    plain = repr(kwargs)
    if len(plain) < app.amqp.kwargsrepr_maxsize:
        return plain
    return str(saferepr(kwargs, app.amqp.kwargsrepr_maxsize))


class _Where:
    """A broker, and what decides which queue a task goes to."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S, socket_keepalive=True
        )
        (self.route,) = app.conf.task_routes


@cache
def _at(url: str) -> _Where | None:
    return _Where(url) if url.startswith("redis") else None
