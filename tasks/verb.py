"""What every task of ours is to Celery: one whose worker may be lost, and is not lost twice more.

Celery ends the whole worker over a task that ran out of memory; here that is a child lost, and
nothing else. How often a message cost a worker stands in its headers: see `tasks.transport`.
"""

from typing import Any

from celery import Task, current_task
from celery.worker.request import Request as CelerysRequest

from config.errors import TransientError
from config.logging import logger
from config.settings import settings

log = logger(__name__)

# Tasks that began and never ended: one worker may be frozen, or slow, but two are rather gone.
_GONE = 2


class Request(CelerysRequest):
    """A message being worked on, as the worker's parent sees it."""

    def on_failure(
        self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False
    ) -> None:
        """Of a task that failed or whose child is gone."""
        try:
            super().on_failure(exc_info, send_failed_event, return_ok)
        except MemoryError:
            log.exception("out of memory", task=self.name)
            self.reject(requeue=True)

    def cancel(self, pool: Any, signal: Any = None, emit_retry: bool = True) -> None:
        """Celery has lost the broker: the message will come again, so its task is to end.

        One that tries what may cost a worker ends by itself, soon: ended in the middle, what it
        tries would be blamed. A worker that is told to end has waited for it before.
        """
        stops = not emit_retry
        if stops or not getattr(self.task, "tries", False):
            super().cancel(pool, signal, emit_retry)


class Verb(Task):  # type: ignore[type-arg]
    """The base of all tasks; chosen where the application is made."""

    abstract = True
    Request = "tasks.verb:Request"
    # Whether it tries one by one what may cost a worker its life.
    tries = False
    # What passes by itself is no error of the task's: the row that it is about comes up again.
    throws = (TransientError,)

    def on_failure(
        self, exc: Exception, task_id: str, args: Any, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        """Of a task that raised; Celery itself tells of all but what is expected."""
        if isinstance(exc, self.throws):
            log.warning("task given up", task=self.name, code=exc.code, reason=exc.sentence)


def cost_workers(began: int) -> bool:
    """Whether workers were lost with what this process works on.

    With its own message, or with so many that `began` the same, itself included, and never ended.
    """
    return losses() > 0 or began > _GONE


def losses() -> int:
    """How many workers were lost with the message that this process works on."""
    request = current_task.request if current_task else None
    if request is None:
        return 0
    if (settings().broker_url or "").startswith("redis"):
        return int(request.get("losses") or 0)
    # RabbitMQ tells that it came before, not how often.
    return int(bool((request.delivery_info or {}).get("redelivered")))
