"""Whether workers are up, and how to do without."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis.exceptions import ResponseError

from celeryconfig import route
from config.logging import logger
from tasks import app, ring

log = logger(__name__)

# A worker that is up answers within milliseconds, but on a machine that is busy to the brim within
# seconds; who hears nothing the first time asks again, more patiently.
_PATIENCE_S = (1.0, 3.0)


def take(task: str, platform: str = "") -> bool:
    """Whether some worker takes such a task. Asking may last seconds; no broker means none."""
    queue = route(task, (), {"platform": platform}, {})["queue"]
    return any(queue in _queues_served(patience_s) for patience_s in _PATIENCE_S)


def _queues_served(patience_s: float) -> set[str]:
    try:
        if _nobody_listens():
            return set()
        answers = app.control.inspect(timeout=patience_s).active_queues()
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises: nobody to be reached through it
        log.info("workers not asked", error=type(error).__name__)
        return set()
    return {queue["name"] for queues in (answers or {}).values() for queue in queues}


def _nobody_listens() -> bool:
    """Whether the broker knows at once that there is nobody to ask.

    Over Redis a worker hears questions by PSUBSCRIBE (kombu's `Channel._subscribe`, 5.7), and so do
    others, such as Flower: only that there is no such listener at all says something.
    """
    with app.connection_for_write() as connection:
        if connection.transport.driver_type != "redis":
            return False
        channel: Any = connection.default_channel
        # Refused where the broker's rules keep such questions from our user.
        with suppress(ResponseError):
            return bool(channel.client.pubsub_numpat() == 0)
        return False


@contextmanager
def here() -> Iterator[None]:
    """Inside, what would be signalled to workers is done in this process, at once."""
    app.loader.import_default_modules()
    with ring.inline(_call):
        yield


def _call(name: str, arguments: dict[str, Any]) -> None:
    app.tasks[name](**arguments)
