"""A task that does nothing, on our settings: with our transport and consumer, or with Celery's."""

import os

import redis
from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

import celeryconfig

STOCK = "kombu.transport.redis:Transport"
NAME, DONE = "noop.run", "noop.done"
_stock = bool(os.environ.get("BENCH_STOCK"))
_OURS = {"broker_transport_options", "task_serializer", "accept_content", "task_ignore_result"}
_OURS |= {"task_acks_late", "task_reject_on_worker_lost", "worker_prefetch_multiplier"}

app = Celery("noop") if _stock else Celery("noop", task_cls="tasks.verb:Verb")
app.config_from_object({name: getattr(celeryconfig, name) for name in _OURS})
app.conf.update(broker_url=os.environ.get("BENCH_BROKER_URL"), task_default_queue="noop")
if _stock:
    # `celeryconfig` has put ours there.
    TRANSPORT_ALIASES["redis"] = STOCK
else:
    app.conf.worker_consumer = celeryconfig.worker_consumer


@app.task(name=NAME)
def run(*, number: int) -> None:
    """Nothing; every hundredth says how far it is."""
    if number % 100 == 0:
        _told().set(DONE, number)


def _told() -> redis.Redis:
    return redis.Redis.from_url(str(app.conf.broker_url))
