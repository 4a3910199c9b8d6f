"""Whether work gets done: workers, queues nobody serves, and beat."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from config import clock
from models import migrations, vital_signs
from models.session import unit_of_work
from tasks import app
from tasks.preflight import Finding, Level

_ANSWER_S = 1.5


def findings() -> Iterator[Finding]:
    """Workers and their queues, then beat."""
    serving = app.control.inspect(timeout=_ANSWER_S).active_queues() or {}
    yield of_workers(serving, [queue.name for queue in app.conf.task_queues])
    if not migrations.behind():
        with unit_of_work() as session:
            heard = vital_signs.beat_heard_at(session)
        yield of_beat(heard, clock.now(), working=bool(serving))


def of_workers(serving: Mapping[str, Sequence[Mapping[str, Any]]], queues: list[str]) -> Finding:
    """Shape: `serving` are the queues by worker, each with its `name`."""
    if not serving:
        return Finding(
            "workers", Level.WARN, "No worker answers.", "'make up' or 'taxpoynt worker' runs one."
        )
    served = {queue["name"] for each in serving.values() for queue in each}
    alone = [name for name in queues if name not in served]
    if alone:
        return Finding(
            "workers",
            Level.FAIL,
            f"No worker serves {', '.join(alone)}: work piles up there.",
            f"taxpoynt worker --queues {','.join(alone)}",
        )
    return Finding("workers", Level.OK, f"{len(serving)} serve all {len(queues)} queues.")


def of_beat(last: datetime | None, now: datetime, *, working: bool) -> Finding:
    """Beat leaves a row at each ring that a worker heard."""
    if last is not None and now - last <= vital_signs.BEAT_SILENT:
        return Finding("beat", Level.OK, "Beat was heard within the last minute.")
    heard = "never" if last is None else f"last at {last:%Y-%m-%d %H:%M:%S} UTC"
    return Finding(
        "beat",
        Level.FAIL if working else Level.WARN,
        f"Beat was {heard} heard: nothing is pulled or swept.",
        "'make up' or 'taxpoynt beat' runs it; its log is beat.log in the home's logs.",
    )
