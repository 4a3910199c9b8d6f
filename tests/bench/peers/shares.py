"""Whose code an import's time goes into, ours and its peers': processor time by package.

Sampled by py-spy, of all processes of each; of the Singer pair the target's alone. What compiled
code takes counts for who called it.
"""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.bench.ground import Ground
from tests.bench.peers import environment
from tests.bench.peers.measure import Peers
from tests.bench.peers.source import pages

_RATE = 200
# Less than this in a hundred isn't told.
_LEAST = 2.0


def show(on: Ground, orders: int) -> None:
    """Print it, of each for the second time that it stores the same orders."""
    python, spy = environment.interpreter(), Path(sys.executable).with_name("py-spy")
    if python is None or not spy.exists():
        raise SystemExit('py-spy is wanted beside Python: pip install -e ".[bench]".')
    with pages(orders) as source:
        plain = Peers(on, source, python)
        plain.ours()
        for name in ("ours", "rest", "arrow", "singer"):
            seen = on.home / f"{name}.stacks"
            seen.write_text("")
            argv = (str(spy), "record", "--subprocesses", "--full-filenames", "--format", "raw")
            argv += ("--rate", str(_RATE), "--output", str(seen), "--")
            getattr(replace(plain, under=argv), name)()
            _tell(name, seen.read_text(), orders)


def _tell(name: str, stacks: str, orders: int) -> None:
    samples: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        samples[_whose(stack.rpartition(";")[2])] += int(count)
    total = sum(samples.values()) or 1
    each_ms = 1000 * total / _RATE / orders
    sys.stdout.write(f"{name}: {each_ms:.2f} ms of Python an order, stored over itself\n")
    for whose, count in samples.most_common():
        if (share := 100 * count / total) >= _LEAST:
            sys.stdout.write(f"  {share:5.1f} %  {each_ms * share / 100:.3f} ms  {whose}\n")


def _whose(frame: str) -> str:
    """Package and part of a frame such as `name (/a/path/of.py:12)`."""
    path = frame.rpartition("(")[2].partition(":")[0]
    for root in ("site-packages/", f"{Path.cwd()}/", "/lib/python3."):
        _, found, rest = path.partition(root)
        if found:
            parts = (
                rest.partition("/")[2].split("/") if root.startswith("/lib") else rest.split("/")
            )
            return "/".join(parts[:2]) if len(parts) > 1 else parts[0]
    return path
