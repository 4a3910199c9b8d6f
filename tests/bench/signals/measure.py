"""A signal by hand against `.delay()`, and our transport against kombu's."""

import os
import sys
import time
from collections.abc import Callable, Iterator

import redis
from celery import Celery

from tests.bench import contest, cpu
from tests.bench.contest import OURS, Figures, Goal, Row
from tests.bench.ground import Ground
from tests.bench.signals import noop
from tests.children import Child, child
from tests.waiting import until

SENT, WORKED, RATE = "CPU µs a signal", "CPU µs a task", "tasks/s"
DELAY, STOCK = "delay, kombu's transport", "kombu's transport"


def rows(on: Ground, rounds: int, *, quick: bool) -> Iterator[Row]:
    """Sending, then working off."""
    sent = 500 if quick else 3000
    samples = contest.run({OURS: lambda: _ours(on, sent), DELAY: lambda: _delay(on, sent)}, rounds)
    yield contest.row(samples, "a signal", SENT, DELAY, Goal(at_most=0.25))
    tasks = 2000 if quick else 8000
    samples = contest.run(
        {OURS: lambda: _worker(on, tasks, ""), STOCK: lambda: _worker(on, tasks, "1")}, rounds
    )
    yield contest.row(samples, "a task that does nothing", WORKED, STOCK, Goal(at_most=0.75))
    yield contest.row(samples, "a task that does nothing", RATE, STOCK)


def _ours(on: Ground, count: int) -> Figures:
    from tasks import app, message

    app.conf.broker_url = on.broker_url
    return _spent(on, count, lambda: message.send("handle.events", _KWARGS))


def _delay(on: Ground, count: int) -> Figures:
    # Said in full: without it Celery would read the project's own celeryconfig.py.
    usual = Celery("usual", set_as_current=False)
    usual.config_from_object({"broker_url": on.broker_url, "broker_transport": noop.STOCK})
    usual.conf.task_ignore_result = True

    @usual.task(name="handle.events")
    def task(*, connection_id: int, platform: str) -> None:
        """Only sent."""

    return _spent(on, count, lambda: task.delay(**_KWARGS))


_KWARGS = {"connection_id": 7, "platform": "toast"}


def _spent(on: Ground, count: int, send: Callable[[], object]) -> Figures:
    on.forget_messages()
    send()
    began = time.process_time()
    for _ in range(count):
        send()
    return {SENT: (time.process_time() - began) / count * 1e6}


def _worker(on: Ground, count: int, stock: str) -> Figures:
    on.forget_messages()
    env = {"BENCH_BROKER_URL": on.broker_url, "BENCH_STOCK": stock, "TAXPOYNT_LOG_LEVEL": "INFO"}
    argv = ["celery", "-A", "tests.bench.signals.noop", "worker", "-c", "2", "-Ofair"]
    argv += ["-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    log = on.log(f"noop{stock}")
    log.unlink(missing_ok=True)
    with (
        redis.Redis.from_url(on.broker_url) as client,
        child([sys.executable, "-m", *argv], log=log, env={**os.environ, **env}) as worker,
    ):
        until(lambda: worker.says(" ready."), what="the worker", timeout_s=60)
        _work(client, worker, 400)
        with cpu.metered(worker.pid) as spent_s:
            took = _work(client, worker, count)
            return {WORKED: spent_s() / count * 1e6, RATE: count / took}


def _work(client: redis.Redis, worker: Child, count: int) -> float:
    """Seconds until so many are done; put there at once, as a backlog is."""
    from tasks import message

    client.delete(noop.DONE)
    raws = [message.envelope(noop.NAME, {"number": n}, "noop") for n in range(1, count + 1)]
    began = time.monotonic()
    client.lpush("noop", *raws)
    until(
        lambda: client.get(noop.DONE) == str(count).encode(), what="all to be done", timeout_s=300
    )
    return time.monotonic() - began
