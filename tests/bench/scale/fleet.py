"""Workers on hosts: started, metered, and what they did read from the rows they left."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil

from tests.bench import cpu
from tests.bench.scale.hosts import Hosts
from tests.bench.scale.hub import Hub
from tests.children import Child, child
from tests.waiting import until

_DEADLINE_S = 1800.0
_SPEED = """
SELECT count(*) * 0.9 / nullif(extract(epoch FROM
        percentile_disc(0.95) WITHIN GROUP (ORDER BY handled_at)
      - percentile_disc(0.05) WITHIN GROUP (ORDER BY handled_at)), 0)
FROM inbox_events WHERE state = 'done'
"""


@dataclass(frozen=True)
class Fleet:
    """Running workers."""

    hub: Hub
    workers: Sequence[Child]

    def spent_s(self) -> float:
        """Processor seconds so far of the workers and of both servers."""
        pids = (worker.pid for worker in self.workers)
        return cpu.spent_s(*pids, self.hub.postgres_pid, self.hub.valkey_pid)

    def largest_mb(self) -> float:
        """Resident memory of the largest process of theirs."""
        return max(
            process.memory_info().rss / 1e6
            for worker in self.workers
            for process in (
                psutil.Process(worker.pid),
                *psutil.Process(worker.pid).children(recursive=True),
            )
        )

    def until_done(self) -> None:
        """Wait until no delivery waits. Raises: SystemExit when one was parked."""
        pending = "SELECT EXISTS (SELECT FROM inbox_events WHERE state = 'pending')"
        until(lambda: not self.hub.sql(pending)[0][0], what="an empty inbox", timeout_s=_DEADLINE_S)
        if self.hub.sql("SELECT count(*) FROM inbox_events WHERE state <> 'done'") != [(0,)]:
            raise SystemExit("A delivery was parked: what is measured here is not the work.")

    def per_second(self) -> float:
        """Deliveries handled a second, the first and the last twentieth left out."""
        return float(self.hub.sql(_SPEED)[0][0])


@contextmanager
def fleet(hub: Hub, on: Hosts, count: int, *options: str) -> Iterator[Fleet]:
    """A worker on each of the first `count` hosts, once all take work."""
    with ExitStack() as running:
        workers = [running.enter_context(_worker(hub, on, n, options)) for n in range(count)]
        for worker in workers:
            until(lambda worker=worker: worker.says(" ready."), what="a worker", timeout_s=90)
        yield Fleet(hub, workers)


@contextmanager
def _worker(hub: Hub, on: Hosts, host: int, options: Sequence[str]) -> Iterator[Child]:
    log = hub.home / "logs" / f"worker-{host}.log"
    log.write_bytes(b"")
    argv = [sys.executable, "-m", "tests.bench.scale.worker", f"--name=w{host}", *options]
    with child(on.on(host, argv), log=log, env=hub.env) as started:
        yield started
