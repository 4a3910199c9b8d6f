"""A worker beside a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.pulling import workers
from tests.children import TAXPOYNT, Child, child
from tests.waiting import until


@contextmanager
def helping(log: Path, queues: str, task: str) -> Iterator[Child]:
    """A worker of these queues, once commands find it to take `task`: it says ready before."""
    argv = [*TAXPOYNT, "worker", "--queues", queues, "--name", "helping"]
    with child(argv, log=log) as running:
        until(lambda: workers.take(task, "toast"), timeout_s=60, what="a worker that listens")
        yield running
