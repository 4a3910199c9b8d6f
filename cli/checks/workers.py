"""Whether work gets done: workers, queues nobody serves, and beat."""

from collections.abc import Iterator
from datetime import datetime

from cli.asking import Serving, answers, served
from config import clock
from models import migrations, vital_signs
from models.session import unit_of_work
from tasks import app
from tasks.preflight import Finding, Level

_HEARS_BEAT = "upkeep"


def findings() -> Iterator[Finding]:
    """Workers and their queues, then beat."""
    # One that is busy may miss the first question, and no answer is a failure.
    serving: Serving = next(filter(None, answers()), {})
    yield of_workers(serving, [queue.name for queue in app.conf.task_queues])
    if not migrations.behind():
        with unit_of_work() as session:
            heard = vital_signs.beat_heard_at(session)
        yield of_beat(heard, clock.now(), listening=_HEARS_BEAT in served(serving))


def of_workers(serving: Serving, queues: list[str]) -> Finding:
    """Every queue needs a worker, and somebody has to answer."""
    if not serving:
        return Finding(
            "workers",
            Level.FAIL,
            "No worker answers: deliveries are stored and wait, and no invoice is issued.",
            "'make up' or 'taxpoynt worker' runs one; end one that runs and doesn't answer first.",
        )
    alone = [name for name in queues if name not in served(serving)]
    if alone:
        return Finding(
            "workers",
            Level.FAIL,
            f"No worker serves {', '.join(alone)}: work piles up there.",
            f"taxpoynt worker --queues {','.join(alone)}",
        )
    return Finding("workers", Level.OK, f"{len(serving)} serve all {len(queues)} queues.")


def of_beat(last: datetime | None, now: datetime, *, listening: bool) -> Finding:
    """Beat leaves a row at each ring that a worker heard; `listening` when one could hear it."""
    if last is not None and not vital_signs.is_silent(last, now):
        return Finding("beat", Level.OK, "Beat was heard within the last minute.")
    heard = "never heard" if last is None else f"last heard at {last:%Y-%m-%d %H:%M:%S} UTC"
    if last is not None and last > now:
        heard += ", before the clock was set back"
    run = "'make up' or 'taxpoynt beat' runs it; its log is beat.log in the home's logs."
    deaf = (
        f"No worker serves '{_HEARS_BEAT}', so nobody could hear it: start one first "
        f"('taxpoynt worker --queues {_HEARS_BEAT}'). If beat is still silent a minute later, "
    )
    return Finding(
        "beat",
        Level.FAIL,
        f"Beat was {heard}: nothing is pulled or swept.",
        run if listening else deaf + run,
    )
