"""The address of the broker comes to lead to another server, which holds nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest

from tests.children import TAXPOYNT, Child
from tests.faults.broker.ground import Broker, Ground, ground
from tests.faults.broker.house import House
from tests.faults.broker.till import Till
from tests.faults.proxy import Proxy, proxy
from tests.waiting import in_time, until


@pytest.fixture
def made(database: str) -> Iterator[Ground]:
    with ground() as found:
        yield found


@pytest.fixture
def way(made: Ground) -> Iterator[Proxy]:
    """How all parts come to the broker."""
    with proxy(made.broker.url) as found:
        made.env["TAXPOYNT_BROKER_URL"] = found.through(made.broker.url)
        yield found


@pytest.fixture
def brokers(made: Ground, tmp_path: Path) -> Iterator[Iterator[Broker]]:
    """The one that all parts have, then others that got nothing yet of what it was given."""
    with ExitStack() as held:

        def started() -> Iterator[Broker]:
            yield made.broker
            while True:
                other = Broker(tmp_path)
                held.callback(other.child.kill)
                held.callback(other.client.close)
                yield other

        yield started()


def test_a_failover_to_a_replica_that_got_nothing_yet(
    made: Ground, way: Proxy, brokers: Iterator[Broker]
) -> None:
    house = House(made)
    pid = house.worker.pid
    old = next(brokers)

    def failed_over() -> list[float]:
        nonlocal old
        till, replica = Till(house.url), next(brokers)
        # While it stands still, what it is told lies in the broker, but for one that may be on its
        # way from there.
        house.worker.signal(SIGSTOP)
        quiet = [Till(house.url) for _ in range(3)]
        for each in quiet:
            each.taken(4, lambda: None)

        def fail_over() -> None:
            for queue, least in (("upkeep", 1), ("toast.events", 2)):
                until(lambda: old.client.llen(queue) >= least, what=queue)  # noqa: B023
            assert replica.client.dbsize() == 0
            way.lead_to(replica.url)
            # Whoever still spoke to it would do so in vain.
            old.child.kill()
            house.worker.signal(SIGCONT)

        took = till.taken(200, fail_over)
        till.until_applied(200)
        # Nothing comes that would tell of these again: the sweep does.
        for each in quiet:
            each.until_applied(4)
        assert house.worker.alive
        assert house.worker.pid == pid
        # Not the sweep alone: the worker takes its messages from there now.
        assert replica.client.info("commandstats").get("cmdstat_brpop", {}).get("calls")
        old = replica
        return took

    in_time(failed_over)


def test_workers_that_come_to_one_that_evicts_end(made: Ground) -> None:
    there = made.worker("--queues", "reports")
    made.broker.child.kill()
    argv = [*TAXPOYNT, "worker", "--queues", "reports", "--name", "early"]
    early = Child(argv, log=made.folder / "early.log", env=made.env)
    made.held.callback(early.end, grace_s=0.5)
    until(lambda: early.says("Cannot connect"), what="it to find nobody", timeout_s=60)
    made.broker.child.argv += ["--maxmemory-policy", "allkeys-lru"]
    made.broker.child.start()
    for worker in (there, early):
        until(lambda one=worker: not one.alive, what="the worker to refuse", timeout_s=60)
        assert worker.code == 1
        assert "throws work away when its memory is full" in worker.log.read_text()
