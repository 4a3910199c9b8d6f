"""Celery's consumer, which sets aside what Celery would acknowledge and drop, or end over.

Over any broker: a task that this release doesn't know, arguments that it doesn't take, a body that
can't be decoded, a message whose workers died of it.
"""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import bootsteps
from celery.worker.consumer import Consumer as CelerysConsumer
from kombu import Message
from redis.exceptions import ResponseError

from config.errors import Fault
from config.logging import logger
from tasks import dead, fitness, preflight

log = logger(__name__)


class Footing(bootsteps.StartStopStep):
    """Looks at the broker each time it is connected to, as it may be another one by then."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        """Refuse one that loses work; when it is gone again Celery connects again.

        Raises: SystemExit with the reasons.
        """
        # One that answers, and lets nobody ask.
        with suppress(ResponseError):
            preflight.insist(preflight.of_broker())


class Consumer(CelerysConsumer):
    """Chosen in `celeryconfig`."""

    class Blueprint(CelerysConsumer.Blueprint):  # type: ignore[misc,valid-type]
        """What is done each time the broker is connected to."""

        default_steps = (*CelerysConsumer.Blueprint.default_steps, "tasks.consumer:Footing")

    # Set by Celery's; the stubs don't know them.
    connection_errors: tuple[type[BaseException], ...]
    channel_errors: tuple[type[BaseException], ...]

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Message], None]:
        """What is called with each message."""
        dead.named(self.hostname)
        handle = super().create_task_handler(*args, **kwargs)
        # Of the connection, not of the message: Celery connects again.
        passed_on: tuple[type[BaseException], ...]
        passed_on = (*self.connection_errors, *self.channel_errors, MemoryError)

        def received(message: Message) -> None:
            try:
                _look_at(message)
                handle(message)
            except Fault as unfit:
                self._set_aside(message, unfit)
            except passed_on:
                raise
            except Exception as error:
                log.exception("message not understood", error=type(error).__name__)
                self._set_aside(message, fitness.unreadable(error))

        return received

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        """Of a body that can't be decompressed or decoded."""
        self._set_aside(message, fitness.unreadable(exc))

    def on_unknown_message(self, body: Any, message: Message) -> None:
        """Of a message that isn't a task's."""
        self._set_aside(message, fitness.unreadable(None))

    def on_unknown_task(self, body: Any, message: Message, exc: Exception) -> None:
        """Of a task that this release doesn't know."""
        self._set_aside(message, fitness.unreadable(exc))

    def on_invalid_task(self, body: Any, message: Message, exc: Exception) -> None:
        """Of a content type that is not accepted, or headers with impossible values."""
        self._set_aside(message, fitness.unreadable(exc))

    def _set_aside(self, message: Message, unfit: Fault) -> None:
        if message.acknowledged:
            return
        headers = message.headers if isinstance(message.headers, dict) else {}
        task = headers.get("task")
        queue = (message.delivery_info or {}).get("routing_key")
        dead.set_aside(
            queue if isinstance(queue, str) else "",
            _raw(message),
            unfit,
            task if isinstance(task, str) else None,
        )
        message.reject_log_error(logging.getLogger(__name__), self.connection_errors)


def _look_at(message: Message) -> None:
    """Refuse what this release can't work on. Raises: Unfit."""
    head = fitness.head(message.headers)
    if unfit := fitness.outlived(head):
        raise unfit
    try:
        payload = message.payload
    except Exception as error:
        raise fitness.unreadable(error) from error
    fitness.check(head.task, payload)


def _raw(message: Message) -> bytes:
    """A message as it lay in the broker; over RabbitMQ it is put together again."""
    if (raw := getattr(message, "_raw", None)) is not None:
        return json.dumps(raw).encode()
    body = message.body
    delivery = {"routing_key": message.delivery_info.get("routing_key")}
    return json.dumps(
        {
            "headers": message.headers,
            "content-type": message.content_type,
            "content-encoding": message.content_encoding,
            "properties": {"delivery_info": delivery},
            "body": body.decode(errors="replace") if isinstance(body, bytes) else body,
        },
        default=repr,
    ).encode()
