"""`python -m sandbox.toast`: the stand-in alone, until interrupted."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path

from sandbox.toast.franchise import franchise
from sandbox.toast.serving import serve


def main() -> int:
    """Serve; one JSON line with the address and the merchant on standard output when ready."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.toast", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=Path, help="orders from a CSV")
    parser.add_argument("--franchise", type=int, metavar="N", help="sell at N restaurants")
    parser.add_argument("--group-account", action="store_true", help="no partner: one group only")
    parser.add_argument("--data", type=Path, help="folder to remember live orders in")
    parser.add_argument("--live", type=float, metavar="SECONDS", help="a new order that often")
    chosen = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        served = serve(
            chosen.host,
            chosen.port,
            live_s=chosen.live,
            seed=chosen.seed,
            merchant=None if chosen.franchise is None else franchise(chosen.franchise),
            data=chosen.data,
            partner=not chosen.group_account,
        )
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")
    with served, suppress(KeyboardInterrupt):
        sys.stdout.write(json.dumps(served.facts()) + "\n")
        sys.stdout.flush()
        served.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
