"""Our pull path in a process of its own, which looks at its own memory after each page."""

import json
import sys
from datetime import date

import psutil

from config import logging
from models import Connection
from models.session import unit_of_work
from tasks import backfill
from tasks.pull import Counts
from tests.bench.history import reader
from tests.slices import open_slices


def main() -> None:
    """Print rows, and megabytes after the first hundredth and at the end, as JSON."""
    connection_id, since, until, orders = sys.argv[1:]
    logging.configure("WARNING")
    reader.lift_limits()
    process, seen = psutil.Process(), dict[int, float]()

    def look(counts: Counts) -> None:
        seen[counts.read] = process.memory_info().rss / 1e6

    with unit_of_work() as session:
        connection = session.get_one(Connection, int(connection_id))
    begun = date.fromisoformat(since), date.fromisoformat(until)
    run_id = backfill.begin(connection, "orders", *begun)
    backfill.cut(run_id)
    for slice_id in open_slices(run_id):
        backfill.read(slice_id, look)
    early = min(count for count in seen if count >= int(orders) // 100)
    figures = {"rows": max(seen), "early": seen[early], "late": seen[max(seen)]}
    sys.stdout.write(json.dumps({**figures, "peak": max(seen.values())}))


if __name__ == "__main__":
    main()
