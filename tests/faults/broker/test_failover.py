"""The address of the broker comes to lead to another server, which holds nothing."""

from collections.abc import Iterator
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest

from tests.children import TAXPOYNT, Child
from tests.faults.broker.ground import Broker, Ground, ground
from tests.faults.broker.house import House, in_time
from tests.faults.broker.till import Till
from tests.faults.proxy import Proxy, proxy
from tests.waiting import until


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
def replica(made: Ground, tmp_path: Path) -> Iterator[Broker]:
    """One that got nothing yet of what the broker was given."""
    started = Broker(tmp_path)
    yield started
    started.client.close()
    started.child.kill()


def test_a_failover_to_a_replica_that_got_nothing_yet(
    made: Ground, way: Proxy, replica: Broker
) -> None:
    house = House(made)
    till, pid = Till(house.url), house.worker.pid
    # While it stands still, what it is told lies in the broker, or on the way from there.
    house.worker.signal(SIGSTOP)

    def fail_over() -> None:
        until(lambda: made.redis.llen("upkeep"), what="messages in the broker")
        assert replica.client.dbsize() == 0
        way.lead_to(replica.url)
        # Whoever still spoke to it would do so in vain.
        made.broker.child.kill()
        house.worker.signal(SIGCONT)

    answers = till.send(till.orders(200), fail_over)
    assert {status for status, _ in answers} == {202}
    assert in_time(answers)
    till.until_applied(200)
    assert house.worker.alive
    assert house.worker.pid == pid
    # Not the sweep alone: the worker takes its messages from there now.
    assert replica.client.info("commandstats").get("cmdstat_brpop", {}).get("calls")


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
