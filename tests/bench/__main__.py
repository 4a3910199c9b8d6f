"""`python -m tests.bench`: measure, print the table, and write it into the page when asked to."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from config import clock
from tests import nursery
from tests.bench import findings, machine, page, profiling, table
from tests.bench.findings import Finding
from tests.bench.ground import Ground, ground
from tests.bench.parts import PARTS

# The fewest that have a middle and two on either side.
ROUNDS = 5


def main() -> int:
    """Run what was asked for; the exit code is 0 whatever the figures say, 1 without some."""
    asked = _arguments()
    nursery.forks = False
    if asked.million:
        os.environ["BENCH_MILLION"] = "1"
    if asked.orders:
        os.environ["BENCH_ORDERS"] = str(asked.orders)
    with ground() as on:
        if asked.profile:
            profiling.show(asked.profile, on, quick=asked.quick)
            return 0
        tried = {name: _measure(name, on, asked) for name in PARTS if name in asked.only}
    found = {name: one for name, one in tried.items() if one is not None and one.rows}
    table.show(found)
    seconds = sum(one.seconds for one in found.values())
    sys.stderr.write(f"Done in {seconds / 60:.1f} minutes.\n")
    if asked.json:
        findings.write(found, asked.json)
    if asked.write:
        page.write(found, list(PARTS))
        sys.stderr.write(f"Written to {page.PAGE}.\n")
    return 1 if None in tried.values() else 0


def _measure(name: str, on: Ground, asked: argparse.Namespace) -> Finding | None:
    """What was found; None, with the reason told, where it was not the work that was measured."""
    sys.stderr.write(f"{name}:\n")
    start = time.monotonic()
    try:
        rows = PARTS[name].rows(on, asked.rounds, quick=asked.quick)
    except (SystemExit, AssertionError, subprocess.CalledProcessError) as fault:
        sys.stderr.write(f"  not measured: {fault}\n")
        return None
    seconds = time.monotonic() - start
    sys.stderr.write(f"  {seconds / 60:.1f} minutes\n")
    at = clock.now().isoformat(timespec="seconds")
    return Finding(rows, at, round(seconds, 1), asked.quick, machine.facts(on))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(PARTS), metavar="A,B")
    parser.add_argument("--rounds", type=int, help=f"{ROUNDS}; 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="smaller, for a first look")
    parser.add_argument("--orders", type=int, metavar="N", help="lists: up to so many")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    parser.add_argument("--million", action="store_true", help="memory: a million orders, too")
    parser.add_argument("--profile", choices=[*profiling.SUBJECTS, profiling.PEERS])
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (1 if asked.quick else ROUNDS)
    return asked


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
