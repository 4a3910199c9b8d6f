"""The broker dies, forgets, freezes and fills up: deliveries are taken in, and none is lost."""

from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP
from time import monotonic

import pytest
import requests

from tests.children import TAXPOYNT, Child, free_port
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.faults.broker.till import Till
from tests.waiting import patience_s, until

_SERVED = "upkeep,toast.events,invoice"
# The door's signals wait 1 s for an answer, and so do those who set aside; a worker waits 2 s for a
# connection and 5 s for an answer.
_FROZEN_S = 7.0


class House:
    """A broker of its own, the web, one worker and beat."""

    def __init__(self, made: Ground) -> None:
        self.ground = made
        self.broker = made.broker
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.web = self.part("web", "--port", str(port))
        self.worker = made.worker("--queues", _SERVED)
        self.part("beat")
        until(self._answers, what="the web", timeout_s=60)

    def part(self, *argv: str) -> Child:
        started = Child(
            [*TAXPOYNT, *argv], log=self.ground.folder / f"{argv[0]}.log", env=self.ground.env
        )
        self.ground.held.callback(started.end, grace_s=1)
        return started

    def metric(self, name: str) -> float | None:
        for line in requests.get(f"{self.url}/metrics", timeout=10).text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        return None

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


@pytest.fixture(scope="module")
def house(database: str) -> Iterator[House]:
    with ground() as made:
        yield House(made)


def passed(seconds: float) -> None:
    """So long a fault lasts."""
    began = monotonic()
    until(lambda: monotonic() - began > seconds, what="time to pass")


def in_time(answers: list[tuple[int, float]]) -> bool:
    """Whether a platform got all of them; the first quarter came before the fault."""
    calm = max(took for _, took in answers[: len(answers) // 4])
    return max(took for _, took in answers) < patience_s(calm)


def test_killed_and_two_seconds_later_replaced_by_an_empty_one(house: House) -> None:
    till = Till(house.url)
    pid = house.worker.pid

    def die() -> None:
        house.broker.child.kill()
        passed(2)
        # Nothing was kept on disk: as a failover to an empty server, on the same address.
        house.broker.child.start()
        house.broker.until_up()

    answers = till.send(till.orders(200), die, lasts_s=4)
    assert {status for status, _ in answers} == {202}
    assert till.refused == 0
    assert in_time(answers)
    till.until_applied(200)
    assert house.worker.alive
    assert house.worker.pid == pid


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
    till = Till(house.url)

    def freeze() -> None:
        with house.broker.frozen():
            passed(_FROZEN_S)

    answers = till.send(till.orders(200), freeze, lasts_s=1.4 * _FROZEN_S)
    assert {status for status, _ in answers} == {202}
    assert till.refused == 0
    assert in_time(answers)
    till.until_applied(200)
    assert house.worker.alive


def test_full(house: House) -> None:
    till = Till(house.url)
    redis = house.ground.redis
    redis.config_set("maxmemory", redis.info("memory")["used_memory"] // 2)
    try:
        answers = till.send(till.orders(60), lambda: None)
        assert {status for status, _ in answers} == {202}
        assert till.refused == 0
        assert in_time(answers)
        share = until(lambda: house.metric("taxpoynt_broker_memory_share"), what="the metric")
        assert share is not None
        assert share > 1
    finally:
        redis.config_set("maxmemory", 0)
    till.until_applied(60)
    assert house.worker.alive


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
