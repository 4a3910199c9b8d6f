"""What costs a worker its life is tried twice and then set aside; everything else goes on."""

import sys
from collections.abc import Iterator

import psutil
import pytest
from sqlalchemy import delete, select

from config import clock
from models import DeadMessage, InboxEvent, Order, ParkedRecord, inbox
from models.session import unit_of_work
from tests.factories import connected, order, store
from tests.faults.broker.costly import (
    forget_all,
    giant,
    long_order,
    rows,
    short_of_memory,
    states,
)
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.integration.tasks.altered import thin_one
from tests.shop import Shop, open_shop
from tests.waiting import until

_SERVED = ("--queues", "upkeep,toast.events,invoice", "--concurrency", "1")
_COSTLY = "delivery.lost_workers"


@pytest.fixture(scope="module")
def shop(database: str) -> Iterator[Shop]:
    with open_shop(orders=5) as opened:
        yield opened


@pytest.fixture(scope="module")
def grounds(shop: Shop) -> Iterator[Ground]:
    """One worker over a broker of its own; the database is this process's."""
    with ground() as made:
        made.worker(*_SERVED)
        yield made


def test_only_the_delivery_that_costs_workers_is_parked(grounds: Ground, shop: Shop) -> None:
    messages = shop.messages()[:4]
    shop.take_in(messages[:2])
    giant(shop)
    shop.take_in(messages[2:])
    [worker] = grounds.workers
    where = {"connection_id": shop.connection_id, "platform": "toast"}
    with short_of_memory(worker) as killed:
        grounds.push("toast.events", raw(message("handle.events", where)))
        until(lambda: rows()["giant"].state == "parked", what="the giant to be parked")
        until(
            lambda: all(each.state != "pending" for each in rows().values()),
            what="the others to be applied",
        )
    assert states() == {"giant": "parked", **{each.guid: "done" for each in messages}}
    assert rows()["giant"].error_code == _COSTLY
    assert len(killed) == 2
    assert worker.alive


def test_a_refetch_that_costs_workers_is_parked_and_those_behind_it_go_on(
    grounds: Ground, shop: Shop
) -> None:
    forget_all()
    messages = shop.messages()[:3]
    shop.take_in([thin_one(messages[0])])
    # What the till would answer, in the delivery itself: it is read as late as that.
    giant(shop)
    shop.take_in([thin_one(each) for each in messages[1:]])
    with unit_of_work() as session:
        ids = list(session.scalars(select(InboxEvent.id).order_by(InboxEvent.id)))
        # As the drain did that asks for the refetch: nobody else takes them for a minute.
        inbox.hold(session, ids, clock.now())
    where = {"connection_id": shop.connection_id, "platform": "toast"}
    with short_of_memory(grounds.workers[0]) as killed:
        grounds.push("toast.events", raw(message("refetch.events", where)))
        until(
            lambda: all(each.state != "pending" for each in rows().values()),
            what="the others to be applied",
        )
    assert states() == {"giant": "parked", **{each.guid: "done" for each in messages}}
    assert rows()["giant"].error_code == _COSTLY
    assert len(killed) == 2
    assert grounds.workers[0].alive


def parked(shop: Shop) -> int:
    """A record that was set aside, so long that no worker has the memory for it."""
    with unit_of_work() as session:
        made = ParkedRecord(
            organization_id=shop.organization_id,
            connection_id=shop.connection_id,
            stream="orders",
            location_external_id="",
            external_id="giant",
            body=b'{"guid":"giant","checks":[{"selections":['
            + b'{"guid":"s"},' * 250_000
            + b"]}]}",
            **{"error_code": "order.odd", "error": "Odd.", "next_step": ""},
        )
        session.add(made)
        session.flush()
        return made.id


def test_a_message_whose_workers_die_is_set_aside(grounds: Ground, shop: Shop) -> None:
    forget_all()
    # Somebody asked for it: nobody but its message knows of a try.
    where = {"organization_id": shop.organization_id, "record_id": parked(shop)}
    with short_of_memory(grounds.workers[0]) as killed:
        asked = message("retry.record", {**where, "platform": "toast"})
        grounds.push("toast.events", raw(asked))

        def row() -> DeadMessage | None:
            grounds.push("upkeep", raw(message("sweep.dead")))
            with unit_of_work() as session:
                return session.scalars(select(DeadMessage)).first()

        dead = until(row, what="the message to be set aside")
    assert dead is not None
    assert (dead.error_code, dead.task) == ("task.lost_workers", "retry.record")
    assert len(killed) == 2
    assert grounds.workers[0].alive


def test_only_the_order_whose_invoice_costs_workers_is_parked(grounds: Ground) -> None:
    sold = connected()
    ids = sorted(store(sold, *(order(f"o{n}") for n in range(5))).due)
    long_order(ids[1])

    def standing() -> list[str]:
        with unit_of_work() as session:
            query = select(Order.invoice_state).where(Order.connection_id == sold.id)
            return list(session.scalars(query.order_by(Order.id)))

    where = {"connection_id": sold.id, "platform": "toast"}
    with short_of_memory(grounds.workers[0]) as killed:
        grounds.push("invoice", raw(message("invoice.past", where)))
        until(lambda: "due" not in standing(), what="the others to be invoiced")
    assert standing() == ["issued", "parked", "issued", "issued", "issued"]
    with unit_of_work() as session:
        reason = session.get_one(Order, ids[1]).invoice_reason
    assert reason is not None
    assert "memory" in reason
    assert len(killed) == 2
    assert grounds.workers[0].alive


# With little room the database's client is the one that finds none, with more it is Python.
@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux holds a process to such a limit.")
@pytest.mark.parametrize("room_mib", [25, 60])
def test_a_delivery_for_which_no_worker_has_the_memory(
    database: str, shop: Shop, room_mib: int
) -> None:
    forget_all()
    messages = shop.messages()[:4]
    shop.take_in(messages[:2])
    giant(shop, lines=500_000)
    shop.take_in(messages[2:])
    with ground() as made:
        room = {"BROKER_TEST_ROOM": str(room_mib * 2**20)}
        worker = made.worker(*_SERVED, env=room)
        children = [child.pid for child in psutil.Process(worker.pid).children()]
        where = {"connection_id": shop.connection_id, "platform": "toast"}
        made.push("toast.events", raw(message("handle.events", where)))
        waits = lambda: any(each.state == "pending" for each in rows().values())  # noqa: E731
        until(lambda: not waits(), what="all to be done with", timeout_s=60)
        assert states() == {"giant": "parked", **{each.guid: "done" for each in messages}}
        # Tried with its batch and once more alone; the third time it would have been begun.
        assert (rows()["giant"].error_code, rows()["giant"].losses) == (_COSTLY, 3)

        # The worker is none the worse for it, nor is any child of it.
        with unit_of_work() as session:
            session.execute(delete(InboxEvent).where(InboxEvent.delivery_id != "giant"))
        shop.take_in(messages)
        made.push("toast.events", raw(message("handle.events", where)))
        until(lambda: not waits(), what="what comes later to be applied")
        assert states() == {"giant": "parked", **{each.guid: "done" for each in messages}}
        assert [child.pid for child in psutil.Process(worker.pid).children()] == children
        assert made.redis.hlen("unacked") == 0
