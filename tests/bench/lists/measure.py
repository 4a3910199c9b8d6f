"""The lists and pages of a large merchant, from ten thousand orders on to as many as asked."""

import os
import sys
from collections.abc import Iterator
from statistics import median

from tests.bench import cpu
from tests.bench.contest import Row
from tests.bench.ground import Ground
from tests.bench.lists import routes, viewers, visits
from tests.bench.lists.fill import Books
from tests.bench.lists.routes import API, PAGE, Route
from tests.bench.lists.visits import Visits
from tests.bench.receiver import serving
from tests.children import Child

SMALL = 10_000
# A quick look, and the usual run; `--orders 10000000` asks for all of it.
SIZES = {True: (SMALL, 100_000), False: (SMALL, 1_000_000)}
_TIMES = {True: 3, False: 20}
_GOAL_MS = {API: 50.0, PAGE: 100.0}
_CALLED = {API: "a list of the API", PAGE: "a page"}
# Of a kind, the slowest of the first round, which the rounds after it ask again.
_SLOWEST = 30

# The worst p95 of a kind in one round.
Seen = dict[str, float]


def rows(on: Ground, rounds: int, *, quick: bool) -> list[Row]:
    """Each size in turn: one database, grown."""
    most = os.environ.get("BENCH_ORDERS")
    sizes = sorted({*SIZES[quick], int(most)}) if most else SIZES[quick]
    books = Books(on.dsn)
    small: list[Seen] = []
    found: list[Row] = []
    for size in sizes:
        books.grow(size)
        with serving.our_web(on) as (url, server):
            seen = list(_rounds(on, url, server, _TIMES[quick], rounds))
            small = small or seen
            found += _told(size, seen, small)
            if size == sizes[-1]:
                found += viewers.rows(on, url, server, size, rounds)
    return found


def _rounds(on: Ground, url: str, server: Child, times: int, rounds: int) -> Iterator[Seen]:
    """All addresses in the first, those that were the slowest of them in the others."""
    every = list(dict.fromkeys(routes.routes(routes.middle(on))))
    for _ in range(rounds):
        found = _round(on, url, server, times, every)
        every = [route for kind in (API, PAGE) for route in found.slowest(kind)[:_SLOWEST]]
        yield {kind: found.p95(found.slowest(kind)[0]) for kind in (API, PAGE)}


def _round(on: Ground, url: str, server: Child, times: int, every: list[Route]) -> Visits:
    with cpu.metered(server.pid, on.pid("postgres")) as spent_s:
        found = visits.visit(url, visits.callers(on, url), every, times)
        each_ms = spent_s() / (times + 1) / len(every) * 1000
    for kind in (API, PAGE):
        for route in found.slowest(kind)[:5]:
            sys.stderr.write(f"    {found.p95(route):7.1f} ms  {route.kind} {route.name}\n")
    sys.stderr.write(f"    {each_ms:.1f} CPU ms a request, {len(every)} addresses\n")
    return found


def _told(size: int, seen: list[Seen], small: list[Seen]) -> Iterator[Row]:
    for kind in (API, PAGE):
        ours = [one[kind] for one in seen]
        first = [one[kind] for one in small]
        work = f"{_CALLED[kind]}, {size:,} orders"
        goal = _GOAL_MS[kind]
        yield _row(work, ours, f"{goal:g} ms", [goal] * len(ours), 1.0)
        if size > SMALL:
            yield _row(work, ours, f"at {SMALL:,}", first, 2.0)


def _row(work: str, ours: list[float], against: str, floor: list[float], most: float) -> Row:
    ratios = [mine / other for mine, other in zip(ours, floor, strict=True)]
    return Row(
        work=work,
        figure="p95 ms of the slowest address",
        subject=median(ours),
        against=against,
        floor=median(floor),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        goal=f"≤ {most:g}",
        met=median(ratios) <= most,
    )
