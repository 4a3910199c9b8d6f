"""Our parts as `taxpoynt up` starts them, and an import that never ends."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cli.running import parts
from cli.running.part import Part
from tests.bench.ground import Ground
from tests.bench.history.source import History
from tests.children import child, free_port
from tests.waiting import until

_UNLIMITED = "tests.bench.latency.unlimited"
_LOOK_S = 0.2
# Nobody asks the stand-ins for changes meanwhile: the same orders would come a second way.
_NO_DELTA = "UPDATE cursors SET next_due_at = now() + interval '1 day'"


@contextmanager
def stack(on: Ground) -> Iterator[str]:
    """Web, a worker a lane, beat and Flower; yields the web's address."""
    on.sql(_NO_DELTA)
    port = free_port()
    started = [parts.web(port), *parts.workers(), parts.beat(), parts.flower(free_port())]
    with ExitStack() as running:
        for part in started:
            log = on.log(part.name)
            log.write_bytes(b"")
            running.enter_context(child(_argv(part), log=log))
        for part in started:
            until(part.is_ready, timeout_s=120, what=part.name)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def importing(on: Ground, history: History) -> Iterator[None]:
    """The import runs in the bulk worker, over and over, until the body ends."""
    over = threading.Event()
    reader = threading.Thread(target=_again, args=(on, history, over), name="importing")
    reader.start()
    try:
        until(lambda: _rows_read(on), timeout_s=120, what="the import to read its first page")
        yield
    finally:
        over.set()
        reader.join()


def _again(on: Ground, history: History, over: threading.Event) -> None:
    from models import Connection
    from models.session import unit_of_work
    from tasks import backfill, ring

    with unit_of_work() as session:
        connection = session.get_one(Connection, history.connection_id)
    while not over.is_set():
        run_id = backfill.begin(connection, "orders", history.since, history.until)
        ring.task("backfill.plan", run_id=run_id, platform="toast")
        while not over.wait(_LOOK_S) and not _finished(on, run_id):
            pass
    # What is left of it is nobody's: the next body begins anew.
    on.sql("UPDATE sync_slices SET status = 'done' WHERE status <> 'done'")
    on.sql("UPDATE sync_runs SET status = 'done', finished_at = now() WHERE finished_at IS NULL")


def _finished(on: Ground, run_id: int) -> bool:
    asked = "SELECT 1 FROM sync_runs WHERE id = %s AND finished_at IS NOT NULL"
    return bool(on.sql(asked, run_id))


def _rows_read(on: Ground) -> int:
    return int(on.sql("SELECT coalesce(sum(rows_read), 0) FROM sync_runs")[0][0])


def _argv(part: Part) -> list[str]:
    """Its command; history is read without the platform's limits."""
    lifted = part.name == "worker-bulk"
    return [_UNLIMITED if lifted and word == "cli.main" else word for word in part.argv]
