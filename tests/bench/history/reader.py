"""Our pull path in a process of its own: every slice of an import, one after the other."""

import json
import sys
import time
from dataclasses import replace
from datetime import date

import psutil

from config import logging
from connectors.toast import limits
from models import Connection
from models.session import unit_of_work
from tasks import backfill


def read_all(connection_id: int, since: date, until: date) -> int:
    """Import it all; returns how many orders were stored."""
    lift_limits()
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
    run_id = backfill.begin(connection, "orders", since, until)
    backfill.cut(run_id)
    done = [backfill.read(slice_id) for slice_id in backfill.open_slices(run_id)]
    if None in done:
        raise SystemExit("A slice was not read: what is measured here is not the work.")
    return sum(one.counts.written for one in done if one is not None)


def lift_limits() -> None:
    """Let this process call as often as it can."""
    limits.BUCKETS = {
        name: replace(bucket, capacity=1_000_000) for name, bucket in limits.BUCKETS.items()
    }


def main() -> None:
    """Print rows, seconds, seconds of processor time and growth as JSON."""
    connection_id, since, until = sys.argv[1:]
    logging.configure("WARNING")
    process = psutil.Process()
    before = process.memory_info().rss
    start, spent = time.perf_counter(), time.process_time()
    rows = read_all(int(connection_id), date.fromisoformat(since), date.fromisoformat(until))
    figures = {
        "rows": rows,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - spent,
        "grown_mb": (process.memory_info().rss - before) / 1e6,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
