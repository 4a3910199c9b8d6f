"""A million deliveries wait: how fast they are handled from first to last, and in what memory."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.scale.fleet import Fleet, fleet
from tests.bench.scale.hosts import Hosts
from tests.bench.scale.hub import Hub
from tests.bench.scale.inboxes import Merchant, empty, fill, signal

_LOOK_S = 2.0
_DONE = "SELECT count(*) FROM inbox_events WHERE state = 'done'"
_BY_TENTH = """
SELECT tenth, count(*) / extract(epoch FROM max(handled_at) - min(handled_at))
FROM (SELECT handled_at, ntile(10) OVER (ORDER BY handled_at) AS tenth
      FROM inbox_events WHERE state = 'done') AS cut
GROUP BY tenth ORDER BY tenth
"""


@dataclass
class Story:
    """Speed by tenths of the backlog; the largest process early and at its largest."""

    deliveries: int
    seconds: float = 0.0
    a_second_by_tenth: list[float] = field(default_factory=list)
    early_mb: float = 0.0
    largest_mb: float = 0.0


def story(hub: Hub, on: Hosts, at: Sequence[Merchant], deliveries: int) -> Story:
    """So many wait, spread over merchants; two hosts handle them."""
    empty(hub)
    each = deliveries // len(at)
    for one in at:
        fill(hub, one, 1, each)
    hub.vacuum()
    told = Story(each * len(at))
    with fleet(hub, on, 2) as workers:
        began = time.monotonic()
        signal(at)
        _watch(workers, told)
        told.seconds = time.monotonic() - began
    told.a_second_by_tenth = [float(speed) for _, speed in hub.sql(_BY_TENTH)]
    return told


def _watch(workers: Fleet, told: Story) -> None:
    """Look at memory until all is done; early is once a hundredth is."""
    while (done := workers.hub.sql(_DONE)[0][0]) < told.deliveries:
        now = workers.largest_mb()
        if not told.early_mb and done > told.deliveries // 100:
            told.early_mb = now
        told.largest_mb = max(told.largest_mb, now)
        time.sleep(_LOOK_S)
    workers.until_done()
