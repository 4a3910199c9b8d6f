"""Storms one after another: `python -m tests.faults.soak --minutes 30`.

Prints each seed, so that a storm can be had again with `--seed`, and in the end a table by kind of
fault. Ends with code 1 when anything was found. With `--kills` it is one storm of nothing but
killed workers, beside plain Celery that is killed as often; with `--backlog` a worker that starts
before fifty thousand deliveries.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.faults import backlog, plain
from tests.faults.plan import KILLS_S, KINDS, kills
from tests.faults.storm import Result, storm

_STORM_S = 60.0
_COLUMNS = ("lost", "doubled", "stale", "wrong")


def main() -> int:
    """Run until the time is up, or until the first finding."""
    asked = _asked()
    results, until = [], monotonic() + asked.minutes * 60
    seed = asked.seed if asked.seed is not None else random.randrange(2**32)
    if asked.kills:
        return _killed(seed)
    if asked.backlog:
        return _backlog()
    while not results or monotonic() < until:
        results.append(storm(seed, asked.storm))
        if results[-1].found and not asked.keep_going:
            break
        # From the first seed, so that the whole soak can be had again.
        seed = random.Random(seed).randrange(2**32)
    sys.stdout.write("\n" + table(results) + "\n")
    if asked.control:
        gone, sent = plain.lost(seed)
        sys.stdout.write(f"plain Celery, killed as often: {gone} of {sent} events lost\n")
    if asked.json:
        asked.json.write_text(json.dumps(document(results), indent=1) + "\n")
    return 1 if any(result.found for result in results) else 0


def _killed(seed: int) -> int:
    """As many kills as `plan.kills` has, under load; then the same done to plain Celery."""
    result = storm(seed, KILLS_S, kills)
    found = ", ".join(f"{count} {kind}" for kind, count in result.found.counts().items())
    sys.stdout.write(
        f"\n{len(result.did)} kills in {KILLS_S:g} s, {result.answers['202']} deliveries accepted:"
        f" {found}; {result.put_back} were set aside for it and put back\n"
    )
    gone, sent = plain.lost(seed, len(result.did))
    sys.stdout.write(f"plain Celery, killed as often: {gone} of {sent} events lost\n")
    return 1 if result.found else 0


def _backlog() -> int:
    drained = backlog.drain()
    sys.stdout.write(f"{drained}\n")
    return 1 if drained.found or drained.grown_mib > backlog.GROWTH_MIB else 0


def by_kind(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """How often each kind happened, and what was found after the storms in which it did."""
    counted = {}
    for kind in KINDS:
        times = [(sum(did.kind == kind for did in one.did), one) for one in results]
        there = [one.found.counts() for number, one in times if number]
        counted[kind.name] = {
            "times": sum(number for number, _ in times),
            **{name: sum(counts[name] for counts in there) for name in _COLUMNS},
        }
    return counted


def table(results: Sequence[Result]) -> str:
    """A line a kind, then how many storms there were, of which seeds, and what they came to."""
    lines = [f"{'kind of fault':<40} {'times':>6} " + " ".join(f"{c:>8}" for c in _COLUMNS)]
    for name, counts in by_kind(results).items():
        figures = " ".join(f"{counts[column]:>8}" for column in _COLUMNS)
        lines.append(f"{name:<40} {counts['times']:>6} {figures}")
    accepted = sum(result.answers["202"] for result in results)
    bad = [result for result in results if result.found]
    lines.append(
        f"{len(results)} storms, {accepted} deliveries accepted, {len(bad)} storms with findings;"
        f" seeds {' '.join(str(result.seed) for result in results)}"
    )
    return "\n".join(lines)


def document(results: Sequence[Result]) -> dict[str, object]:
    """The same as JSON."""
    return {
        "kinds": by_kind(results),
        "storms": [
            {
                "seed": one.seed,
                "faults": len(one.did),
                "without_a_victim": one.missed,
                "restarts": one.restarts,
                "answers": one.answers,
                "took_s": one.took_s,
                **one.found.counts(),
            }
            for one in results
        ],
    }


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="for how long; 30 by default")
    parser.add_argument("--seed", type=int, help="of the first storm; by default any")
    parser.add_argument("--storm", type=float, default=_STORM_S, help="seconds of faults a storm")
    parser.add_argument("--keep-going", action="store_true", help="go on after a finding")
    parser.add_argument("--kills", action="store_true", help="one storm of kills, and the control")
    parser.add_argument("--backlog", action="store_true", help="a mountain at a worker's start")
    parser.add_argument("--control", action="store_true", help="what plain Celery loses, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
