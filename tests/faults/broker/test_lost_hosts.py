"""What costs whole workers their life, children and all, as where all are one container."""

from collections.abc import Sequence

from models import Order
from models.session import unit_of_work
from tests.factories import connected, order, store
from tests.faults.broker.costly import forget_all, giant, long_order, short_of_memory, states
from tests.faults.broker.ground import Ground, ground
from tests.faults.broker.poison import message, raw
from tests.integration.tasks.queued import Queues
from tests.shop import open_shop
from tests.waiting import until

_SERVED = ("--queues", "upkeep,toast.events,toast.bulk,invoice", "--concurrency", "1")
_SWEEPS = (("upkeep", "sweep.inbox"), ("invoice", "invoice.due"))


def test_what_costs_whole_workers_is_parked_and_all_else_goes_on(database: str) -> None:
    forget_all()
    with open_shop(orders=5) as shop:
        messages = shop.messages()[:3]
        shop.take_in(messages[:1])
        giant(shop)
        shop.take_in(messages[1:])
        ids = sorted(store(connected(), *(order(f"o{n}") for n in range(3))).due)
        long_order(ids[1])
        gone = _work_until_done(ids)
        assert states() == {"giant": "parked", **{each.guid: "done" for each in messages}}
    assert _standing(ids) == ["issued", "parked", "issued"]
    # Of each the two that might have been slow, and the one that tried it alone.
    assert gone <= 6


def _work_until_done(ids: Sequence[int]) -> int:
    """One worker after the other; returns how many were lost."""

    def done() -> bool:
        return "pending" not in states().values() and "due" not in _standing(ids)

    gone = 0
    with ground() as made:
        while not done():
            with short_of_memory(made.worker(*_SERVED), whole=True) as killed:
                until(
                    lambda killed=killed: _swept(made) and (killed or done()),
                    what="a worker to be lost, or all to be done",
                    timeout_s=60,
                )
                gone += len(killed)
    return gone


def _swept(made: Ground) -> bool:
    """Sweep again and again: what the lost had comes back by itself after five minutes."""
    Queues(made.redis).passed(5)
    for lane, name in _SWEEPS:
        if not made.redis.llen(lane):
            made.push(lane, raw(message(name)))
    return True


def _standing(ids: Sequence[int]) -> list[str]:
    with unit_of_work() as session:
        return [session.get_one(Order, one).invoice_state for one in ids]
