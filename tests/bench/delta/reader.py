"""Our delta in a process of its own: every stream of a connection from its cursor to the end."""

import json
import sys
import time
from dataclasses import replace

from sqlalchemy import select

from config import logging
from connectors.toast import limits
from models import StreamCursor
from models.session import unit_of_work
from tasks import sync


def read_all(connection_id: int) -> int:
    """Read on; returns how many orders were stored."""
    limits.BUCKETS = {
        name: replace(bucket, capacity=1_000_000) for name, bucket in limits.BUCKETS.items()
    }
    query = select(StreamCursor.id).where(
        StreamCursor.connection_id == connection_id, StreamCursor.sales
    )
    with unit_of_work() as session:
        cursors = list(session.scalars(query))
    done = [sync.run(cursor_id) for cursor_id in cursors]
    if any(one is None or one.fault for one in done):
        raise SystemExit("A stream was not read: what is measured here is not the work.")
    return sum(one.counts.written for one in done if one is not None)


def main() -> None:
    """Print rows, seconds and seconds of processor time as JSON."""
    logging.configure("WARNING")
    start, spent = time.perf_counter(), time.process_time()
    rows = read_all(int(sys.argv[1]))
    figures = {
        "rows": rows,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - spent,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
