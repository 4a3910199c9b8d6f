"""Whether workers are up, and how to do without."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis.exceptions import ResponseError

from celeryconfig import route
from cli.asking import answers, served
from config.logging import logger
from tasks import app, ring

log = logger(__name__)


def take(task: str, platform: str = "") -> bool:
    """Whether some worker takes such a task. Asking may last seconds; no broker means none."""
    queue = route(task, (), {"platform": platform}, {})["queue"]
    try:
        return not _nobody_listens() and any(queue in served(each) for each in answers())
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises: nobody to be reached through it
        log.info("workers not asked", error=type(error).__name__)
        return False


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
    """Inside, what would be signalled to workers is done in this process, one after the other."""
    app.loader.import_default_modules()
    waiting: deque[tuple[str, dict[str, Any]]] = deque()

    def call(name: str, arguments: dict[str, Any]) -> None:
        waiting.append((name, arguments))
        if len(waiting) > 1:
            # Signalled by what is at work: a task that signals itself goes no deeper each time.
            return
        try:
            while waiting:
                app.tasks[waiting[0][0]](**waiting[0][1])
                waiting.popleft()
        finally:
            waiting.clear()

    with ring.inline(call):
        yield
