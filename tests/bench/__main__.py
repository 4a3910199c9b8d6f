"""`python -m tests.bench`: measure, print the table, say what dominates."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench import profiling, table
from tests.bench.contest import Row
from tests.bench.ground import ground

# The work measured, and where it is.
WORK = {"receiver": "receiver", "drain": "drain", "import": "history"}
WORK |= {"delta": "delta", "invoices": "invoices"}


def main() -> int:
    """Run what was asked for; the exit code is 0 whatever the figures say."""
    asked = _arguments()
    with ground() as on:
        if asked.profile:
            profiling.show(asked.profile, on, quick=asked.quick)
            return 0
        rows: list[Row] = []
        for name in asked.only:
            sys.stderr.write(f"{name}:\n")
            part = import_module(f"tests.bench.{WORK[name]}.measure")
            rows += part.rows(on, asked.rounds, quick=asked.quick)
    table.show(rows, asked.rounds)
    if asked.json:
        table.write(rows, asked.rounds, asked.json)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(WORK), metavar="A,B")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="smaller, for a first look")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--profile", choices=profiling.SUBJECTS)
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in WORK]:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(WORK)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
