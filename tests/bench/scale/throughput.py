"""A backlog of many merchants drained by more and more hosts, and with other settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.scale.fleet import fleet
from tests.bench.scale.hosts import Hosts
from tests.bench.scale.hub import Hub
from tests.bench.scale.inboxes import Merchant, empty, fill, signal


@dataclass(frozen=True)
class Drained:
    """What one run came to."""

    what: str
    deliveries_a_second: float
    cpu_ms_each: float
    largest_mb: float


def by_hosts(
    hub: Hub, on: Hosts, at: Sequence[Merchant], each: int, counts: Sequence[int]
) -> list[Drained]:
    """The same backlog by one host, two, and so on; a host has one worker process."""
    return [drained(hub, on, at, each, count, f"{count} hosts") for count in counts]


def by_settings(hub: Hub, on: Hosts, at: Sequence[Merchant], each: int) -> list[Drained]:
    """Two hosts, one setting changed at a time."""
    runs = [
        *((f"batch {n}", f"--batch={n}") for n in (25, 100, 200, 400, 1000)),
        *((f"prefetch {n}", f"--prefetch={n}") for n in (1, 4, 16)),
        *((f"concurrency {n}", f"--concurrency={n}") for n in (1, 2, 4)),
    ]
    return [drained(hub, on, at, each, 2, what, option) for what, option in runs]


def drained(
    hub: Hub,
    on: Hosts,
    at: Sequence[Merchant],
    each: int,
    count: int,
    what: str,
    *options: str,
) -> Drained:
    """`each` deliveries a merchant wait; so many hosts handle them."""
    empty(hub)
    for one in at:
        fill(hub, one, 1, each)
    hub.vacuum()
    with fleet(hub, on, count, *options) as workers:
        before = workers.spent_s()
        signal(at)
        workers.until_done()
        spent = workers.spent_s() - before
        cost = spent / (each * len(at)) * 1000
        return Drained(what, workers.per_second(), cost, workers.largest_mb())
