"""A flood from one: what the others notice, be they merchants of its platform or of another."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tasks import ring
from tests.bench.scale.fleet import fleet
from tests.bench.scale.hosts import Hosts
from tests.bench.scale.hub import Hub
from tests.bench.scale.inboxes import Merchant, empty, fill
from tests.children import ROOT

_A_SECOND = 20
OTHER = "othertill"
_WAITED = """
SELECT count(*), avg(waited), percentile_cont(0.5) WITHIN GROUP (ORDER BY waited),
    percentile_cont(0.99) WITHIN GROUP (ORDER BY waited), max(waited)
FROM (SELECT extract(epoch FROM handled_at - received_at) * 1000 AS waited
      FROM inbox_events WHERE connection_id = ANY(%s) AND state = 'done') AS handled
"""


@dataclass(frozen=True)
class Waited:
    """What a trickle of deliveries waited for its handling, in milliseconds."""

    what: str
    deliveries: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


def waits(
    hub: Hub,
    on: Hosts,
    flooding: Merchant,
    others: Sequence[Merchant],
    what: str,
    *,
    flood: int,
    seconds: float,
    platforms: Path | None = None,
) -> Waited:
    """`flood` deliveries of one wait and further ones come, while the others' trickle comes in."""
    empty(hub)
    if flood:
        fill(hub, flooding, 1, flood)
    hub.vacuum()
    queues = ",".join(
        f"{name}.events" for name in {flooding.platform, *(m.platform for m in others)}
    )
    shown = [f"--platforms={platforms}"] if platforms else []
    with fleet(hub, on, 2, f"--queues={queues}", *shown) as workers:
        _trickle(hub, flooding if flood else None, others, seconds)
        ids = [one.connection_id for one in others]
        _until_handled(hub, ids)
        ((count, _, p50, p99, worst),) = hub.sql(_WAITED, ids)
        if flood and not hub.sql("SELECT 1 FROM inbox_events WHERE state = 'pending' LIMIT 1"):
            raise SystemExit("The flood ended before the trickle did: make it larger.")
        assert workers.workers
        return Waited(what, count, float(p50), float(p99), float(worst))


def _trickle(
    hub: Hub, flooding: Merchant | None, others: Sequence[Merchant], seconds: float
) -> None:
    """One delivery after the other at a fixed rate, each signalled as the door does."""
    began = time.monotonic()
    for number in range(int(seconds * _A_SECOND)):
        left = began + number / _A_SECOND - time.monotonic()
        time.sleep(max(0.0, left))
        one = others[number % len(others)]
        fill(hub, one, number, number)
        ring.deliveries(one.connection_id, one.platform)
        if flooding:
            ring.deliveries(flooding.connection_id, flooding.platform)


def _until_handled(hub: Hub, ids: Sequence[int]) -> None:
    waiting = (
        "SELECT 1 FROM inbox_events WHERE connection_id = ANY(%s) AND state = 'pending' LIMIT 1"
    )
    while hub.sql(waiting, list(ids)):
        time.sleep(0.05)


@contextmanager
def another_platform() -> Iterator[Path]:
    """A folder with a platform that is Toast under another name: adding one takes a folder."""
    with tempfile.TemporaryDirectory(prefix="taxpoynt-platform-") as made:
        folder = Path(made) / OTHER
        shutil.copytree(ROOT / "connectors" / "toast", folder)
        for file in folder.glob("*.py"):
            text = file.read_text().replace("connectors.toast", f"connectors.{OTHER}")
            file.write_text(text.replace('name="toast"', f'name="{OTHER}"'))
        Path(made).chmod(0o755)
        yield Path(made)
