"""Our issuing in a process of its own: the tasks that signals would start, one after the other."""

import json
import sys
import time

from config import logging
from models import order_standing
from models.session import unit_of_work
from tasks import invoice

# As many as one signal names.
_BATCH = 200


def issue_all(connection_id: int) -> int:
    """Issue what is owed; returns how many invoices."""
    with unit_of_work() as session:
        newest = order_standing.newest_order(session, connection_id)
        ids = order_standing.due(session, connection_id, newest, 1_000_000)
    batches = [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
    return sum(invoice.these(batch) for batch in batches)


def main() -> None:
    """Print invoices, seconds and seconds of processor time as JSON."""
    logging.configure("WARNING")
    start, spent = time.perf_counter(), time.process_time()
    issued = issue_all(int(sys.argv[1]))
    figures = {
        "issued": issued,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - spent,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
