"""Our pull path in a process of its own: slices of an import, one after the other."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import psutil

from config import logging
from connectors.toast import limits
from models import Connection
from models.session import unit_of_work
from tasks import backfill
from tests.slices import open_slices


def read_all(connection_id: int, since: date, until: date) -> int:
    """Import it all; returns how many orders were stored."""
    return read(plan(connection_id, since, until))


def plan(connection_id: int, since: date, until: date) -> list[int]:
    """Cut an import; returns its slices."""
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
    run_id = backfill.begin(connection, "orders", since, until)
    backfill.cut(run_id)
    return open_slices(run_id)


def read(slices: Sequence[int]) -> int:
    """Read these slices; returns how many orders were stored."""
    lift_limits()
    done = [backfill.read(slice_id) for slice_id in slices]
    if None in done:
        raise SystemExit("A slice was not read: what is measured here is not the work.")
    return sum(one.counts.written for one in done if one is not None)


def lift_limits() -> None:
    """Let this process call as often as it can."""
    limits.BUCKETS = {
        name: replace(bucket, capacity=1_000_000) for name, bucket in limits.BUCKETS.items()
    }


def main() -> None:
    """Print rows, when it began and ended, seconds of processor time and growth as JSON."""
    logging.configure("WARNING")
    process = psutil.Process()
    before = process.memory_info().rss
    # The same clock in every process.
    start, spent = time.monotonic(), time.process_time()
    rows = read([int(slice_id) for slice_id in sys.argv[1:]])
    figures = {
        "rows": rows,
        "began": start,
        "ended": time.monotonic(),
        "cpu": time.process_time() - spent,
        "grown_mb": (process.memory_info().rss - before) / 1e6,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
