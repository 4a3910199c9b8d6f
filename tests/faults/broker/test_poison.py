"""No message, whatever it holds, ends a worker or stops a queue; each is kept with its reason."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from models import DeadMessage
from models.session import unit_of_work
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import Poison, every, message, raw
from tests.waiting import until


@pytest.fixture(scope="module")
def one_worker(database: str) -> Iterator[Ground]:
    """One worker over a broker of its own; the database is this process's."""
    with ground() as made:
        made.worker("--queues", "upkeep,toast.events,invoice")
        yield made


def dead() -> list[DeadMessage]:
    with unit_of_work() as session:
        return list(session.scalars(select(DeadMessage)))


def swept(one_worker: Ground, count: int) -> list[DeadMessage]:
    """The rows, once there are so many: the worker's own sweep makes them."""

    def rows() -> list[DeadMessage]:
        one_worker.push("upkeep", raw(message("sweep.dead")))
        found = dead()
        return found if len(found) >= count else []

    return until(rows, what=f"{count} dead messages")


@pytest.fixture(autouse=True)
def none_before(database: str) -> None:
    with unit_of_work() as session:
        session.execute(delete(DeadMessage))


@pytest.mark.parametrize("poison", every(), ids=lambda poison: poison.name)
def test_it_is_set_aside_and_the_next_good_message_runs(one_worker: Ground, poison: Poison) -> None:
    worker, before = one_worker.workers[0], one_worker.workers[0].pid
    one_worker.push("upkeep", poison.raw)
    [row] = swept(one_worker, 1)
    assert (row.error_code, row.queue) == (poison.code, "upkeep")
    assert row.size >= len(row.body) > 0 or poison.raw == b""
    assert row.error
    assert row.next_step
    assert "@" in row.worker
    assert worker.alive
    assert worker.pid == before
    until(lambda: not one_worker.redis.hlen("unacked"), what="nothing to be left unacknowledged")
