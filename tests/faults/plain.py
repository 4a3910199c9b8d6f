"""The negative control: a task an event over plain Celery, every safe setting on, no inbox.

Killed as often as our workers are, it loses events without a word: what is popped and not yet noted
as such is nowhere. It takes minutes, so it is a part of the soak alone.
"""

import os
import random
from functools import partial
from pathlib import Path
from signal import SIGKILL
from tempfile import TemporaryDirectory
from threading import Event

import redis
from celery import Celery

from config import embedded
from tests.children import CELERY, Child
from tests.waiting import until

_VARIABLE = "PLAIN_BROKER"
_KILLS = 60
_EVENTS = 30_000
# A worker that is up is left at work for so long.
_BETWEEN_S = (0.05, 0.6)
_DONE = "done"

app = Celery("plain", broker=os.environ.get(_VARIABLE, "redis://"))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={
        "visibility_timeout": 4,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
)


@app.task(name="plain.event")
def event(*, number: int) -> None:
    """Note that it was done."""
    with redis.Redis.from_url(os.environ[_VARIABLE]) as client:
        client.sadd(_DONE, number)


def lost(seed: int, kills: int = _KILLS, events: int = _EVENTS) -> tuple[int, int]:
    """Send events, kill the worker so often, let all be done: how many never were, and of how many.

    Fewer are sent where the kills are over before all of them.
    """
    chance, pause = random.Random(seed), Event()
    with TemporaryDirectory(prefix="plain-celery-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with embedded.servers(home, want_database=False) as servers:
            app.conf.broker_url = servers.broker_url
            for number in range(events):
                event.apply_async(kwargs={"number": number})
            one = _worker(home, servers.broker_url)
            try:
                with redis.Redis.from_url(servers.broker_url) as client:
                    for _ in range(kills):
                        before = client.scard(_DONE)
                        at_work = partial(_more_than, client, before)
                        until(at_work, what=f"some work after {before}", timeout_s=60)
                        pause.wait(chance.uniform(*_BETWEEN_S))
                        os.killpg(one.pid, SIGKILL)
                        until(lambda: not one.alive, what="the worker to be dead")
                        one.start()
                    until(partial(_idle, client), what="all that is left", timeout_s=600)
                    done = client.scard(_DONE)
            finally:
                one.kill()
        embedded.discard(home)
    return events - done, events


def _more_than(client: redis.Redis, before: int) -> bool:
    """Whether it works; when nothing is left, it never will."""
    return client.scard(_DONE) > before or _idle(client)


def _idle(client: redis.Redis) -> bool:
    return not client.llen("celery") and not client.hlen("unacked")


def _worker(home: Path, broker_url: str) -> Child:
    options = ("worker", "-c", "2", "-Ofair", "--without-gossip", "--without-mingle")
    argv = [*CELERY[:-1], "tests.faults.plain", *options]
    return Child(argv, log=home / "worker.log", env={_VARIABLE: broker_url})
