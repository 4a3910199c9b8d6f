"""Messages that must end no worker: each as it lies in the broker, and the reason it is given.

Of the plain ones, stock Celery ends over five, and two of those come back at each start.
"""

import base64
import bz2
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

# A task that every worker knows and that does nothing for a connection that isn't there.
TASK, QUEUE = "sites.due", "upkeep"
Change = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Poison:
    """What is put into a queue, and the code of its dead row."""

    name: str
    raw: bytes
    code: str


def message(
    task: str = TASK,
    kwargs: Any = None,
    args: Any = (),
    body: bytes | None = None,
    **headers: Any,
) -> dict[str, Any]:
    """A message as Celery sends it, in kombu's envelope."""
    task_id = str(uuid4())
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    if body is None:
        body = json.dumps([list(args), {} if kwargs is None else kwargs, embed]).encode()
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            **{"lang": "py", "task": task, "id": task_id, "root_id": task_id, "retries": 0},
            **{"timelimit": [None, None], "eta": None, "expires": None, **headers},
        },
        "properties": {
            "correlation_id": task_id,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def raw(message: dict[str, Any]) -> bytes:
    """As it lies in the broker."""
    return json.dumps(message).encode()


def changed(change: Change, **of: Any) -> bytes:
    """A good message with something done to it."""
    made = copy.deepcopy(message(**of))
    change(made)
    return raw(made)


def every() -> list[Poison]:
    """All kinds, each with an identity of its own."""
    return [*_plain(), *_envelopes(), *_heads(), *_arguments()]


def _plain() -> list[Poison]:
    """The thirteen that were tried on stock Celery."""
    return [
        Poison("body null", raw(message(body=b"null")), "message.body"),
        Poison("bad base64", changed(lambda m: m.update(body="%%%")), "message.garbled"),
        Poison("truncated envelope", raw(message())[:200], "message.garbled"),
        Poison("a JSON list", b"[1, 2, 3]", "message.garbled"),
        Poison("binary garbage", bytes(range(256)), "message.garbled"),
        Poison(
            "pickled",
            changed(lambda m: m.update({"content-type": "application/x-python-serialize"})),
            "message.unreadable",
        ),
        Poison("unknown task", raw(message("reconcile.moon")), "task.unknown"),
        Poison("no headers", changed(lambda m: m.pop("headers")), "message.garbled"),
        Poison("no properties", changed(lambda m: m.pop("properties")), "message.garbled"),
        Poison("body no JSON", raw(message(body=b"{not json")), "message.unreadable"),
        Poison("body no triple", raw(message(body=b'{"a": 1}')), "message.body"),
        Poison("unknown argument", raw(message(kwargs={"moon": 1})), "task.arguments"),
        Poison("empty", b"", "message.garbled"),
    ]


def _envelopes() -> list[Poison]:
    def without_tag(m: dict[str, Any]) -> None:
        del m["properties"]["delivery_tag"]

    def without_way(m: dict[str, Any]) -> None:
        del m["properties"]["delivery_info"]

    return [
        Poison("no delivery tag", changed(without_tag), "message.garbled"),
        Poison("no delivery info", changed(without_way), "message.garbled"),
        Poison("headers null", changed(lambda m: m.update(headers=None)), "message.garbled"),
        Poison("a JSON null", b"null", "message.garbled"),
        Poison("nested deeply", b"[" * 100_000, "message.garbled"),
        Poison("huge", raw(message(kwargs={"moon": "x" * 1_000_000})), "message.too_large"),
        Poison(
            "unknown content type",
            changed(lambda m: m.update({"content-type": "application/moon"})),
            "message.unreadable",
        ),
        Poison("compressed by none", raw(message(compression="moon")), "message.compressed"),
        Poison(
            "unpacks to many times its size",
            raw(message(body=bz2.compress(bytes(2**24)), compression="application/x-bz2")),
            "message.compressed",
        ),
        Poison("not UTF-8", raw(message(body=b"\xff\xfe\xfd")), "message.unreadable"),
    ]


def _heads() -> list[Poison]:
    def without_id(m: dict[str, Any]) -> None:
        del m["headers"]["id"]

    def without_task(m: dict[str, Any]) -> None:
        del m["headers"]["task"]

    return [
        Poison("no id", changed(without_id), "message.headers"),
        Poison("no task", changed(without_task), "message.headers"),
        Poison(
            "task is a list", changed(lambda m: m["headers"].update(task=[])), "message.headers"
        ),
        Poison("no time limits", raw(message(timelimit="moon")), "message.headers"),
        Poison("no instant", raw(message(eta="the day after")), "message.unreadable"),
        Poison("no number", raw(message(losses="many")), "message.headers"),
        Poison("killed workers", raw(message(losses=2)), "task.lost_workers"),
    ]


def _arguments() -> list[Poison]:
    drain = "handle.events"
    return [
        Poison("arguments by place", raw(message(args=[1, 2])), "task.arguments"),
        Poison("missing", raw(message(drain, {"platform": "toast"})), "task.arguments"),
        Poison(
            "a word for a number",
            raw(message(drain, {"connection_id": "one", "platform": "toast"})),
            "task.arguments",
        ),
        Poison(
            "a number beyond all",
            raw(message(drain, {"connection_id": 10**30, "platform": "toast"})),
            "task.arguments",
        ),
        Poison(
            "one argument more",
            raw(
                message(
                    "refetch.events",
                    {"connection_id": 1, "platform": "toast", "event_ids": [1, "two"]},
                )
            ),
            "task.arguments",
        ),
        Poison("arguments in a list", raw(message(kwargs=[1])), "message.body"),
    ]
