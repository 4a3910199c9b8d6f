"""A worker that starts before a mountain of deliveries, with a message a merchant to tell of them.

More there never are, since signals are collapsed. It gets through all of it, the oldest first, and
grows by little. It takes minutes, so it is a part of the soak alone.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import quantiles

import psutil

from config import clock
from models import inbox
from models.line import Line
from tests.children import Child
from tests.deliveries import delivery
from tests.faults import queues
from tests.faults.checker import Findings, look, owed
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.installation import installed
from tests.waiting import until

DELIVERIES = 50_000
MERCHANTS = 10
# Three processes, each of which comes to hold a batch of two hundred.
GROWTH_MIB = 180
_AT_ONCE = 500
_MIB = 2**20


@dataclass
class Drained:
    """What became of it; ages are from the start of the worker to the end of a delivery."""

    took_s: float = 0.0
    ages_s: list[float] = field(default_factory=list)
    out_of_order: int = 0
    grown_mib: float = 0.0
    found: Findings = field(default_factory=Findings)

    def __str__(self) -> str:
        percent = quantiles(self.ages_s, n=100)
        return (
            f"{len(self.ages_s)} deliveries in {self.took_s:.1f} s;"
            f" age p50 {percent[49]:.1f} s, p99 {percent[98]:.1f} s;"
            f" {self.out_of_order} done before an older one of their merchant;"
            f" the worker grew by {self.grown_mib:.0f} MiB; {self.found.counts()}"
        )


def drain(deliveries: int = DELIVERIES) -> Drained:
    """Have a worker start before so many, and wait until all is done."""
    with installed() as here:
        merchants = [merchant(f"merchant {number}") for number in range(MERCHANTS)]
        histories = [_take_in(one, deliveries // MERCHANTS) for one in merchants]
        for one in merchants:
            where = {"connection_id": one.connection_id, "platform": "toast"}
            queues.signal(here, "handle.events", **where)
        began, result = clock.now(), Drained()
        worker = here.worker("w1")
        base = _memory(worker)

        def over() -> bool:
            result.grown_mib = max(result.grown_mib, (_memory(worker) - base) / _MIB)
            left = sum(owed(here.rows, one.connection_id) for one in merchants)
            return not left and not queues.waiting(here)

        until(over, what="all to be done", timeout_s=1200)
        result.took_s = (clock.now() - began).total_seconds()
        for one, history in zip(merchants, histories, strict=True):
            ended = here.rows(
                "SELECT handled_at FROM inbox_events WHERE connection_id = %s ORDER BY id",
                one.connection_id,
            )
            result.ages_s += [(at - began).total_seconds() for (at,) in ended]
            result.out_of_order += sum(later < at for (at,), (later,) in pairwise(ended))
            result.found.add(look(here.rows, history, one.connection_id))
    return result


def _take_in(at: Merchant, number: int) -> History:
    """So many deliveries, as the door stores them; nobody is told."""
    history, line = History(), Line()
    made = [delivery(each, 0, at.restaurant) for each in range(number)]
    for one in made:
        history.note(one, "202")

    async def store() -> None:
        for start in range(0, number, _AT_ONCE):
            await inbox.accept_all(line, [at.event(one) for one in made[start : start + _AT_ONCE]])

    asyncio.run(store())
    return history


def _memory(worker: Child) -> int:
    parent = psutil.Process(worker.pid)
    return sum(each.memory_info().rss for each in (parent, *parent.children()))
