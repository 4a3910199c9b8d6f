"""The broker dies, forgets, freezes and fills up: deliveries are taken in, and none is lost."""

from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults.broker.ground import ground
from tests.faults.broker.house import House, passed
from tests.faults.broker.poison import message, raw
from tests.faults.broker.till import Till
from tests.faults.lengths import lasts_s
from tests.waiting import in_time, until

# The door's signals wait 1 s for an answer, and so do those who set aside; a worker waits 2 s for a
# connection and 5 s for an answer. Half a minute with --hypothesis-profile=soak.
_FROZEN_S = lasts_s(7, longer=30)


@pytest.fixture(scope="module")
def house(database: str) -> Iterator[House]:
    with ground() as made:
        yield House(made)


def test_killed_and_two_seconds_later_replaced_by_an_empty_one(house: House) -> None:
    pid = house.worker.pid

    def die() -> None:
        house.broker.child.kill()
        passed(2)
        # Nothing was kept on disk: as a failover to an empty server, on the same address.
        house.broker.child.start()
        house.broker.until_up()

    def killed() -> list[float]:
        till = Till(house.url)
        took = till.taken(200, die, 4)
        till.until_applied(200)
        assert house.worker.alive
        assert house.worker.pid == pid
        return took

    in_time(killed)


def test_a_thousand_deliveries_whose_signals_are_forgotten(house: House) -> None:
    till = Till(house.url)
    house.worker.signal(SIGSTOP)
    try:
        till.take_in(till.orders(1000))
        where = {"connection_id": till.id, "platform": "toast"}
        signals = [raw(message("handle.events", where)) for _ in range(1000)]
        house.ground.push("toast.events", *signals)
        house.ground.redis.flushall()
    finally:
        house.worker.signal(SIGCONT)
    till.until_applied(1000)


def test_frozen_for_longer_than_any_client_waits(house: House) -> None:
    def freeze() -> None:
        with house.broker.frozen():
            passed(_FROZEN_S)

    def frozen() -> list[float]:
        till = Till(house.url)
        took = till.taken(200, freeze, 1.4 * _FROZEN_S)
        till.until_applied(200)
        assert house.worker.alive
        return took

    in_time(frozen)


def test_full(house: House) -> None:
    redis = house.ground.redis

    def fill_up() -> None:
        redis.config_set("maxmemory", redis.info("memory")["used_memory"] // 2)

    def full() -> list[float]:
        till = Till(house.url)
        try:
            took = till.taken(100, fill_up, 1)
            share = until(lambda: house.metric("taxpoynt_broker_memory_share"), what="the metric")
            assert share is not None
            assert share > 1
        finally:
            redis.config_set("maxmemory", 0)
        till.until_applied(100)
        assert house.worker.alive
        return took

    in_time(full)


def test_a_worker_refuses_one_that_evicts(house: House) -> None:
    house.ground.redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        refused = house.part("worker", "--queues", "reports", "--name", "refused")
        until(lambda: not refused.alive, what="the worker to refuse", timeout_s=60)
        assert refused.code == 1
        assert "throws work away" in refused.log.read_text()
        assert house.metric("taxpoynt_broker_evicts") == 1
    finally:
        house.ground.redis.config_set("maxmemory-policy", "noeviction")
