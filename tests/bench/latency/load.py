"""Sends deliveries at a rate, and reads from the database when each was done with.

What counts is when the transaction was committed that did it, as the server remembers it: the
same question for every contestant, and nothing that a contestant has to write down for us.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from sandbox.toast.webhook.message import Message
from tests.bench.ground import Ground
from tests.children import ROOT
from tests.waiting import until

SHARES = {"p50 ms": 0.50, "p95 ms": 0.95, "p99 ms": 0.99}

_SLOWLY = 30.0


@dataclass(frozen=True)
class Load:
    """Messages with the secret they are signed with, for a door at an address."""

    on: Ground
    url: str
    secret: str

    def send(self, messages: Sequence[Message], rate: float) -> dict[str, float]:
        """Send them; returns the epoch instant at which each was to leave, by its guid.

        Raises: SystemExit when one was refused.
        """
        start, answers = self._send(messages, rate)
        if answers != {"202": len(messages)}:
            raise SystemExit(f"{self.url} answered {answers}: that is not the work measured.")
        return {one.guid: start + number / rate for number, one in enumerate(messages)}

    def warm_up(self, messages: Sequence[Message]) -> None:
        """Send them slowly, until all are taken in: a door that just began may refuse some."""
        until(
            lambda: set(self._send(messages, _SLOWLY)[1]) == {"202"},
            timeout_s=120,
            what="a door that takes in all of some deliveries",
        )

    def _send(self, messages: Sequence[Message], rate: float) -> tuple[float, dict[str, int]]:
        file = self.on.home / "deliveries.json"
        ready = [(one.headers(self.secret, 1), one.body.decode()) for one in messages]
        file.write_text(json.dumps(ready))
        argv = [sys.executable, "-m", "tests.bench.latency.sender", self.url, str(file), str(rate)]
        done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        start, answers = json.loads(done.stdout)
        return float(start), answers


def ranked(name: str, seconds: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Percentiles in milliseconds, by figures such as `applied p50 ms`."""
    held = sorted(seconds)
    for figure, share in SHARES.items():
        yield f"{name} {figure}", held[max(0, ceil(share * len(held)) - 1)] * 1000


def since(left: Mapping[str, float], done: Mapping[str, float]) -> list[float]:
    """Seconds from leaving to done, for all that are done."""
    return [at - left[guid] for guid, at in done.items() if guid in left]
